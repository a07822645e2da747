import { SwitchhookError } from '../../shared/errors.ts';
import type { RingOver } from '../../shared/http/push.ts';

/** `tooLate`, with how the ring ended for the device that asks: what its screen says. */
export class RingOverError extends SwitchhookError {
  constructor(readonly ended: RingOver['ended']) {
    super('tooLate', { reason: 'this call does not ring here any more' });
  }
}
