import type { LiveSide } from '../sip/liveCalls.ts';
import type { AccountRepository } from '../storage/accounts.ts';
import type { LiveCallRepository, StoredSide } from '../storage/liveCalls.ts';
import type { DialogEvent } from './events.ts';

/** Seconds: the least that a session lasts (RFC 4028 4). */
const MIN_EXPIRES = 90;
/** Seconds of a call that its phones do not refresh: what RFC 4028 4 recommends for those that do. */
const UNREFRESHED = 1800;
/** Seconds: half a day, as Kamailio knows a dialog (takeover.cfg). */
const MAX_EXPIRES = 43_200;

export interface PbxDialogServices {
  rows: LiveCallRepository;
  accounts: Pick<AccountRepository, 'byExtension'>;
  now?: () => number;
}

/** The calls that are going on at a PBX, as it tells of them: in the database, so that every gateway can offer them. */
export class PbxDialogs {
  readonly #now: () => number;

  constructor(private readonly services: PbxDialogServices) {
    this.#now = services.now ?? Date.now;
  }

  async handle(event: DialogEvent): Promise<void> {
    const { rows } = this.services;
    if (event.event === 'confirmed') return this.#confirmed(event);
    const account = await this.#account(event.from);
    if (account === undefined) return;
    if (event.event === 'gone') await rows.gone(event.callId, account, event.device);
    else await rows.refreshed(event.callId, account, this.#until(event.expires));
  }

  /** @returns the Call-ID that the record of the ended call goes by; null: the call goes on in another dialog */
  async hungUp(callId: string, extension: string): Promise<string | null> {
    const account = await this.#account(extension);
    return account === undefined ? callId : this.services.rows.hungUp(callId, account);
  }

  /** The calls of an account on devices other than this one. */
  async elsewhere(account: string, device: string): Promise<LiveSide[]> {
    const sides = await this.services.rows.elsewhere(account, device, this.#now());
    return sides.map(toLiveSide);
  }

  async #confirmed(event: Extract<DialogEvent, { event: 'confirmed' }>): Promise<void> {
    const [caller, callee] = await Promise.all([event.caller, event.callee].map((each) => this.#account(each)));
    // Removed meanwhile: there is nobody to offer it to.
    if (caller === undefined || callee === undefined) return;
    const { callId, replaced } = event;
    const { callerDevice, callerTag, callerTarget, calleeDevice, calleeTag, calleeTarget } = event;
    await this.services.rows.confirmed(
      {
        callId,
        caller: { account: caller, device: callerDevice, tag: callerTag, target: callerTarget },
        callee: { account: callee, device: calleeDevice, tag: calleeTag, target: calleeTarget },
        replaced,
        expiresAt: this.#until(event.expires),
      },
      this.#now(),
    );
  }

  async #account(extension: string): Promise<string | undefined> {
    return (await this.services.accounts.byExtension(extension))?.id;
  }

  #until(expires: number): number {
    const seconds = expires === 0 ? UNREFRESHED : Math.min(Math.max(expires, MIN_EXPIRES), MAX_EXPIRES);
    return this.#now() + seconds * 1000;
  }
}

function toLiveSide({ callId, direction, mine, far, answeredAt }: StoredSide): LiveSide {
  return {
    callId,
    direction,
    peer: {
      accountId: far.account,
      extension: far.extension,
      displayName: far.displayName,
      device: far.device ?? '',
    },
    device: mine.device,
    dialog: { callId, localTag: mine.tag, remoteTag: far.tag, target: far.target },
    answeredAt,
  };
}
