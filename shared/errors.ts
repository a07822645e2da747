/**
 * Every error that Switchhook raises, in one type. `code` is for programs, `reason` for people (English; user-visible
 * text is looked up by code in the message catalogue), `cause` is what led to it. It survives the worker boundary:
 * {@link toWire} and {@link fromWire} are its wire form.
 */

/** What went wrong, one word per thing that a caller may want to tell apart. */
export type ErrorCode =
  // input that was not of the agreed form (port messages, HTTP bodies, SIP, stored data)
  | 'invalidArgument'
  | 'methodNotAllowed'
  | 'protocolMismatch'
  // calls
  | 'callNotFound'
  | 'callExists'
  | 'notAllowed'
  | 'tooLate'
  | 'maxCalls'
  | 'unknownTransition'
  // host and link
  | 'staleEpoch'
  | 'noHost'
  | 'hostLost'
  | 'linkDown'
  | 'timedOut'
  // accounts and the network
  | 'notLoggedIn'
  | 'wrongCredentials'
  | 'lockedOut'
  | 'originRefused'
  | 'registrationFailed'
  | 'signalling'
  | 'notFound'
  | 'rateLimited'
  | 'noNetwork'
  | 'noRelay'
  // transfers: what became of the target
  | 'targetBusy'
  | 'targetNotFound'
  | 'targetNoAnswer'
  | 'targetRefused'
  | 'transferFailed'
  // a call that was to be taken up from another page or device
  | 'resumeFailed'
  // media
  | 'microphoneDenied'
  | 'microphoneAbsent'
  | 'microphoneInUse'
  | 'media'
  | 'soundBlocked'
  // storage
  | 'storage'
  | 'quotaExceeded'
  | 'schemaTooNew'
  // everything else, with its cause
  | 'notSupported'
  | 'internal';

export interface ErrorOptions {
  /** For people: what happened and what can be done, one sentence. */
  reason: string;
  cause?: unknown;
  /** The field that was wrong, as a dotted path, for `invalidArgument`. */
  field?: string;
}

export class SwitchhookError extends Error {
  override readonly name = 'SwitchhookError';
  readonly code: ErrorCode;
  readonly reason: string;
  readonly field: string | undefined;

  constructor(code: ErrorCode, { reason, cause, field }: ErrorOptions) {
    super(`${code}: ${reason}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.reason = reason;
    this.field = field;
  }

  /** The error itself when it is one of ours, else `code` with the other as its cause. */
  static from(error: unknown, code: ErrorCode = 'internal'): SwitchhookError {
    if (error instanceof SwitchhookError) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new SwitchhookError(code, { reason, cause: error });
  }
}

/** The form in which an error crosses a port: structured-cloneable, causes included, stacks left behind. */
export interface WireError {
  code: ErrorCode;
  reason: string;
  field?: string;
  cause?: WireError | { name: string; message: string };
}

/** How many causes deep an error is carried; a chain longer than this is a loop or a mistake. */
const MAX_CAUSES = 4;

export function toWire(error: unknown, depth = 0): WireError {
  const { code, reason, field, cause } = SwitchhookError.from(error);
  const wire: WireError = { code, reason };
  if (field !== undefined) wire.field = field;
  if (cause instanceof SwitchhookError && depth < MAX_CAUSES) wire.cause = toWire(cause, depth + 1);
  else if (cause instanceof Error) wire.cause = { name: cause.name, message: cause.message };
  return wire;
}

export function fromWire(wire: WireError): SwitchhookError {
  const options: ErrorOptions = { reason: wire.reason };
  if (wire.field !== undefined) options.field = wire.field;
  if (wire.cause) {
    options.cause =
      'code' in wire.cause
        ? fromWire(wire.cause)
        : Object.assign(new Error(wire.cause.message), { name: wire.cause.name });
  }
  return new SwitchhookError(wire.code, options);
}
