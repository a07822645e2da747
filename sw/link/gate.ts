import * as Comlink from 'comlink';
import { SwitchhookError, toWire } from '../../shared/errors.ts';
import type { Reply } from '../../shared/link/protocol.ts';

/**
 * Comlink exposes objects: paths into them, assignments, constructors. A phone exposes methods. This endpoint lets through
 * only calls of the listed methods with plain arguments and answers everything else with a typed error, so that
 * `exec.constructor('…')` and the like never reach Comlink.
 */
export function gated(port: MessagePort, methods: readonly string[]): Comlink.Endpoint {
  const wrapped = new Map<EventListenerOrEventListenerObject, EventListener>();
  return {
    postMessage: (message, transfer) => port.postMessage(message, transfer ?? []),
    start: () => port.start(),
    addEventListener(type, listener) {
      const gatedListener: EventListener = (event) => {
        if (event instanceof MessageEvent && !isCall(event.data, methods)) return refuse(port, event.data);
        if (typeof listener === 'function') listener(event);
        else listener.handleEvent(event);
      };
      wrapped.set(listener, gatedListener);
      port.addEventListener(type, gatedListener);
    },
    removeEventListener(type, listener) {
      port.removeEventListener(type, wrapped.get(listener) ?? listener);
      wrapped.delete(listener);
    },
  };
}

/** Comlink's wire form of a method call with arguments that were cloned, not proxied (comlink 4.4 `src/protocol.ts`). */
function isCall(data: unknown, methods: readonly string[]): boolean {
  if (typeof data !== 'object' || data === null) return false;
  const { type, path, argumentList } = data as { type?: unknown; path?: unknown; argumentList?: unknown };
  if (type === 'RELEASE') return true;
  if (type !== 'APPLY' || !Array.isArray(path) || path.length !== 1 || !methods.includes(path[0])) return false;
  return Array.isArray(argumentList) && argumentList.every((argument) => argument?.type === 'RAW');
}

function refuse(port: MessagePort, data: unknown): void {
  const id = typeof data === 'object' && data !== null && 'id' in data ? data.id : undefined;
  if (typeof id !== 'string') return; // nobody waits for an answer
  const reason = 'Only the methods of the worker API can be called, with plain values.';
  const value: Reply<never> = { ok: false, error: toWire(new SwitchhookError('methodNotAllowed', { reason })) };
  port.postMessage({ id, type: 'RAW', value });
}

/** The methods as Comlink serves them: an object without a prototype, frozen, behind the gate. */
export function expose<Api extends object>(api: Api, port: MessagePort): void {
  const bare: Api = Object.freeze(Object.assign(Object.create(null), api));
  Comlink.expose(bare, gated(port, Object.keys(api)));
}
