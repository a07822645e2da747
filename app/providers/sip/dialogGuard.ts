/**
 * A request inside a dialog that does not get through is not the end of the call, though JsSIP takes it for that: for us the
 * sound decides, and the time that recovery may take (5.2).
 */

import { type DialogRequestHandlers, insideOf, type RTCSession } from './ua.ts';

/**
 * ms after the far side said that it knows no such call (481): one that was reloaded says so until it takes the call over
 * by Replaces, which took it 0.3 s, on a busy machine 0.5.
 */
const TAKE_OVER = 3_000;

export function guardDialog(session: RTCSession): void {
  const inside = insideOf(session);
  /** INVITEs of ours that wait for their answer. */
  let inviting = 0;
  /** What a dialog error was about: 481, or 408 of a far side that is silent now. */
  let status: number | undefined;

  const send = inside.sendRequest.bind(session);
  inside.sendRequest = (method, options = {}) => {
    const handlers = options.eventHandlers;
    if (!handlers) return send(method, options);
    if (method === 'UPDATE') return send(method, { ...options, eventHandlers: noting(handlers) });
    if (method !== 'INVITE') return send(method, options);
    inviting += 1;
    const settled = () => {
      inviting -= 1;
    };
    return send(method, { ...options, eventHandlers: failing(handlers, settled) });
  };
  // JsSIP refuses an INVITE that crosses ours (491), and then handles it all the same.
  session.on('reinvite', ({ reject }: { reject(options: { status_code: number }): void }) => {
    if (inviting > 0) reject({ status_code: 491 });
  });

  /** Before the answer there is nothing to keep. */
  const unlessEstablished = (end: () => void) => () => {
    if (!session.isEstablished()) end();
  };
  inside.onTransportError = unlessEstablished(inside.onTransportError.bind(session));
  inside.onRequestTimeout = unlessEstablished(inside.onRequestTimeout.bind(session));
  const end = inside.onDialogError.bind(session);
  inside.onDialogError = () => {
    // By then it may have been taken over, and this is nobody's call any more.
    if (status === 481) setTimeout(end, TAKE_OVER);
  };

  // Not of NOTIFY: its 481 ends a subscription, not the dialog (RFC 5057 5.1).
  const noting = (handlers: DialogRequestHandlers): DialogRequestHandlers => ({
    ...handlers,
    onDialogError: (response) => {
      status = response?.status_code;
      handlers.onDialogError?.(response);
    },
  });

  /** An INVITE that is not answered, for whatever reason, has failed as one that is refused: whoever sent it goes on. */
  function failing(handlers: DialogRequestHandlers, settled: () => void): DialogRequestHandlers {
    let done = false;
    const fail: DialogRequestHandlers['onErrorResponse'] = (response) => {
      if (done) return;
      done = true;
      settled();
      handlers.onErrorResponse?.(response);
    };
    return {
      ...handlers,
      onSuccessResponse: (response) => {
        if (!done) settled();
        done = true;
        handlers.onSuccessResponse?.(response); // each repetition, too: it wants an ACK
      },
      onErrorResponse: fail,
      onTransportError: () => fail(),
      onRequestTimeout: () => fail(),
      onDialogError: (response) => {
        status = response?.status_code;
        fail(response);
        handlers.onDialogError?.(response);
      },
    };
  }
}
