import type { CallFact } from '../../../shared/calls/facts.ts';
import type { CallRef } from '../../../shared/registry/input.ts';
import type { ProviderEvent, ProviderSink } from '../provider.ts';

/** ms until what has to come is missing: the longest ring that a case waits for is over long before. */
const PATIENCE = 10_000;

/** A sink that remembers, and that can be waited at. */
export class Recorder {
  readonly events: ProviderEvent[] = [];
  readonly #listeners = new Set<() => void>();

  readonly sink: ProviderSink = (event) => {
    this.events.push(event);
    for (const listener of this.#listeners) listener();
  };

  /** The facts of one call, in order. */
  facts(ref: CallRef): CallFact[] {
    const key = keyOf(ref);
    return this.events.flatMap((event) => (event.kind === 'fact' && keyOf(event.call) === key ? [event.fact] : []));
  }

  incoming(): Extract<ProviderEvent, { kind: 'incoming' }>[] {
    return this.events.filter((event) => event.kind === 'incoming');
  }

  registrations(): string[] {
    return this.events.flatMap((event) => (event.kind === 'registration' ? [event.state] : []));
  }

  /** Settles when there is something to find. @throws Error when there is nothing for too long */
  until<T>(what: string, find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = find();
        if (found === undefined) return;
        stop();
        resolve(found);
      };
      const stop = () => {
        clearTimeout(timer);
        this.#listeners.delete(look);
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`Waited in vain for ${what}; told so far: ${JSON.stringify(this.events.map(brief))}`));
      }, PATIENCE);
      this.#listeners.add(look);
      look();
    });
  }

  /** The first fact of a kind, of one call. */
  fact<K extends CallFact['kind']>(ref: CallRef, kind: K): Promise<Extract<CallFact, { kind: K }>> {
    const isOne = (fact: CallFact): fact is Extract<CallFact, { kind: K }> => fact.kind === kind;
    return this.until(`${kind} of ${keyOf(ref)}`, () => this.facts(ref).find(isOne));
  }
}

const keyOf = (ref: CallRef): string =>
  'id' in ref ? ref.id : `${ref.account} ${ref.direction} ${ref.providerCallId}`;

const brief = (event: ProviderEvent): string =>
  event.kind === 'fact' ? event.fact.kind : event.kind === 'registration' ? event.state : event.kind;
