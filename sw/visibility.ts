/**
 * Which tabs a person can see. The browser's own word, corrected by the tab's: a tab that is being closed says so before
 * `matchAll` notices.
 */
export class Visibility {
  readonly #clients: Clients;
  /** Tabs that said they are hidden; a worker that has just started knows of none, and then the browser's word stands. */
  readonly #hidden = new Set<string>();

  constructor(clients: Clients) {
    this.#clients = clients;
  }

  note(clientId: string, visible: boolean): void {
    if (visible) this.#hidden.delete(clientId);
    else this.#hidden.add(clientId);
  }

  async count(): Promise<number> {
    const windows = await this.#clients.matchAll({ type: 'window', includeUncontrolled: true });
    for (const id of this.#hidden) if (!windows.some((one) => one.id === id)) this.#hidden.delete(id);
    return windows.filter((one) => one.visibilityState === 'visible' && !this.#hidden.has(one.id)).length;
  }
}
