/** Work of one key is done in the order in which it was asked for, that of different keys side by side. */
export class InOrder {
  readonly #last = new Map<string, Promise<unknown>>();

  after<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const done = before.then(work);
    const last = done
      .catch(() => undefined) // whoever asked is told; the next does not depend on it
      .finally(() => {
        if (this.#last.get(key) === last) this.#last.delete(key);
      });
    this.#last.set(key, last);
    return done;
  }
}
