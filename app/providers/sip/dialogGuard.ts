/**
 * A request inside a dialog that does not get through is not the end of the call, though JsSIP takes it for that: for us the
 * sound decides, and the time that recovery may take (5.2).
 */

import type { DialogRequestHandlers, RTCSession } from './ua.ts';
import { requestsOf } from './ua.ts';

/**
 * ms after the far side said that it knows no such call (481): one that was reloaded says so until it takes the call over
 * by Replaces, which took it 0.3 s, on a busy machine 0.5.
 */
const TAKE_OVER = 3_000;

export interface DialogGuard {
  /** Whether an INVITE of ours waits for its answer. */
  readonly isInviting: boolean;
  /** An INVITE of ours will never be answered: its socket was lost, or the far side is silent. */
  onInviteLost: (() => void) | null;
}

export function guardDialog(session: RTCSession): DialogGuard {
  let inviting = 0;
  const guard: DialogGuard & { onInviteLost: (() => void) | null } = {
    get isInviting() {
      return inviting > 0;
    },
    onInviteLost: null,
  };
  const requests = requestsOf(session);
  const send = requests.sendRequest.bind(session);
  requests.sendRequest = (method, options = {}) => {
    const handlers = options.eventHandlers;
    if (!handlers) return send(method, options); // BYE and ACK: nothing depends on what becomes of them
    const isInvite = method === 'INVITE';
    if (isInvite) inviting += 1;
    const settled = () => {
      if (isInvite) inviting -= 1;
    };
    const lost = () => {
      settled();
      if (isInvite) guard.onInviteLost?.();
    };
    return send(method, { ...options, eventHandlers: guarded(handlers, { settled, lost }) });
  };
  // JsSIP refuses an INVITE that crosses ours (491), and then handles it all the same.
  session.on('reinvite', ({ reject }: { reject(options: { status_code: number }): void }) => {
    if (inviting > 0) reject({ status_code: 491 });
  });
  return guard;
}

interface Outcome {
  settled(): void;
  lost(): void;
}

function guarded(handlers: DialogRequestHandlers, { settled, lost }: Outcome): DialogRequestHandlers {
  let done = false;
  const once = (what: () => void) => {
    if (!done) what();
    done = true;
  };
  return {
    ...handlers,
    onSuccessResponse: (response) => {
      once(settled);
      handlers.onSuccessResponse?.(response);
    },
    onErrorResponse: (response) => {
      once(settled);
      handlers.onErrorResponse?.(response);
    },
    onTransportError: () => once(lost),
    onRequestTimeout: () => once(lost),
    onDialogError: (response) => {
      once(lost);
      // 408 is a far side that is silent now. By then it may have been taken over, and this is nobody's call any more.
      if (response?.status_code === 481) setTimeout(() => handlers.onDialogError?.(response), TAKE_OVER);
    },
  };
}
