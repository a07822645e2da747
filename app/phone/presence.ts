/**
 * What the worker cannot know by itself: whether this tab can be seen, and when something is overdue while nobody talks to
 * it. Both are told by events, which wake it.
 */

import { nextDeadline } from '../../shared/calls/deadlines.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import type { WorkerLink } from '../link/link.ts';

/** A deadline is checked a moment after it has passed: a timer that fires a hair early would find nothing overdue. */
const AFTER = 20;

export class Presence {
  readonly #link: WorkerLink;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due: number | null = null;

  constructor(link: WorkerLink) {
    this.#link = link;
  }

  /** Tells of this tab's visibility from now on; `onShown` runs when it can be seen again. */
  start(onShown: () => void): void {
    document.addEventListener('visibilitychange', () => {
      this.#tell(document.visibilityState === 'visible');
      if (document.visibilityState === 'visible') onShown();
    });
    window.addEventListener('pagehide', () => this.#tell(false));
    window.addEventListener('pageshow', ({ persisted }) => {
      if (!persisted) return;
      this.#tell(true);
      onShown();
    });
    this.#tell(document.visibilityState === 'visible');
  }

  /** Sets the timer for whatever of these calls is overdue first. */
  watch(calls: readonly CallRecord[]): void {
    const due = nextDeadline(calls);
    if (due === this.#due) return;
    this.#due = due;
    clearTimeout(this.#timer);
    if (due === null) return;
    this.#timer = setTimeout(
      () => {
        this.#due = null; // whether it was overdue or not, the next change sets the timer anew
        void this.#link.notify({ type: 'tick' });
      },
      Math.max(0, due - Date.now()) + AFTER,
    );
  }

  #tell(visible: boolean): void {
    void this.#link.notify({ type: 'visibility', visible });
  }
}
