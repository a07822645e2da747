import { ANSWERS, pendingIntent } from '../../shared/calls/intents.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import type { RegistryMirror } from '../link/mirror.ts';
import type { RegistryReader } from '../link/reader.ts';

/** How the worker names the call in the address of a window that it opens. */
const ADDRESS = /^#call=([^&]+)/u;

/** The call that an address names, by its id; null where it names none. */
export function callInAddress(hash: string): string | null {
  const id = ADDRESS.exec(hash)?.[1];
  if (id === undefined) return null;
  try {
    return decodeURIComponent(id);
  } catch {
    return null; // not of the worker's making
  }
}

/**
 * Of the live calls the one that somebody has asked for and nobody has taken up: some browsers ignore the address that a worker
 * gives, and this page is there to do it.
 */
export function askedFor(live: Iterable<CallRecord>): CallRecord | null {
  const isAsked = (call: CallRecord) => call.host === null && pendingIntent(call, ...ANSWERS, 'dial') !== undefined;
  return [...live].find(isAsked) ?? null;
}

/** The call that this page was opened for. */
export class InitialCall {
  readonly #mirror: RegistryMirror;
  readonly #reader: RegistryReader;
  readonly #id: string | null;
  #onLinked: () => void = () => undefined;
  readonly #linked = new Promise<void>((resolve) => {
    this.#onLinked = resolve;
  });

  /** Takes the call out of the address: a page that is loaded again was not opened for it. */
  constructor(mirror: RegistryMirror, reader: RegistryReader) {
    this.#mirror = mirror;
    this.#reader = reader;
    this.#id = callInAddress(location.hash);
    if (this.#id !== null) history.replaceState(history.state, '', location.pathname + location.search);
  }

  /** The registry can be read from now on, or it is known that it cannot. */
  linked(): void {
    this.#onLinked();
  }

  /** As it is now, finished perhaps; null where this page was opened for none. @throws SwitchhookError `storage` */
  async find(): Promise<CallRecord | null> {
    await this.#linked;
    return this.#id === null ? askedFor(this.#mirror.state.live.values()) : this.#reader.call(this.#id);
  }
}
