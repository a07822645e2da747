/** The notifications of a registration, as the Notifications API has them: one per tag. */
export class NotificationList {
  readonly #open = new Map<string, Notification>();

  readonly getNotifications = async (): Promise<Notification[]> => [...this.#open.values()];

  readonly showNotification = async (title: string, options: NotificationOptions = {}): Promise<void> => {
    const { tag = '' } = options;
    const shown = { ...options, tag, title, close: () => this.#open.get(tag) === shown && this.#open.delete(tag) };
    this.#open.set(tag, shown as unknown as Notification); // what the worker uses of one
  };

  get all(): readonly Notification[] {
    return [...this.#open.values()];
  }

  /** How many say that somebody calls, with the buttons for it. */
  get rings(): number {
    return this.all.filter(({ data }) => data?.kind === 'incoming').length;
  }
}
