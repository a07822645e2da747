/** Our REFER, and what the far side tells of it: it asks the target itself, and reports the answers that it gets (RFC 3515). */

import { type CallDialog, replaces } from '../../../shared/calls/dialog.ts';
import { TRANSFER_PATIENCE } from '../../../shared/calls/intents.ts';
import { type Transfer, transferFailure } from '../../../shared/calls/transfer.ts';
import { SwitchhookError } from '../../../shared/errors.ts';
import { parseUri, type RTCSession, type SipUri } from './ua.ts';

export type TellTransfer = (state: Transfer['state'], code: number | null) => void;

/** `Refer-To` of a number. */
export function referTo(address: string): SipUri {
  const uri = parseUri(address);
  if (!uri) throw new SwitchhookError('invalidArgument', { reason: 'This is no number.', field: 'target' });
  return uri;
}

/** `Refer-To` of somebody whom we talk to in another dialog, whose place in it is to be taken (RFC 3891, RFC 5589 7). */
export function referToDialog(dialog: CallDialog): SipUri {
  const uri = referTo(dialog.target);
  uri.setHeader('Replaces', encodeURIComponent(replaces(dialog)));
  return uri;
}

interface Notified {
  status_line: { status_code: number };
}

/**
 * Asks the far side to call somebody else instead of us. Resolves when that one has answered.
 * @throws SwitchhookError `target…` by the target's answer; `transferFailed` where the far side refuses, says nothing or
 * hangs up
 */
export function handOn(session: RTCSession, target: SipUri, tell: TellTransfer): Promise<void> {
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (outcome: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      outcome();
    };
    const fail = (reason: string, code: number | null = null) =>
      settle(() => {
        tell('failed', code);
        reject(new SwitchhookError(transferFailure(code), { reason }));
      });
    const timer = setTimeout(() => fail('Nothing was heard of the transfer.'), TRANSFER_PATIENCE);
    const onEnd = () => fail('The call ended before the transfer was done.');
    session.on('ended', onEnd);
    session.on('failed', onEnd);
    tell('trying', null);
    if (!session.isEstablished()) return onEnd(); // JsSIP would say nothing at all
    session.refer(target, {
      eventHandlers: {
        requestFailed: () => fail('The far side does not take the transfer on.'),
        progress: () => settled || tell('ringing', null),
        accepted: () =>
          settle(() => {
            tell('accepted', null);
            resolve();
          }),
        failed: ({ status_line: { status_code: code } }: Notified) => fail(`The target answered ${code}.`, code),
      },
    });
  });
}
