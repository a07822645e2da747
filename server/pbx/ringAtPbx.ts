import { instanceId } from '../sip/identity.ts';
import type { RingControl } from '../sip/wake.ts';
import type { PbxControl } from './control.ts';

/** A ring whose INVITE a PBX keeps: what its devices say without a socket goes there. */
export class RingAtPbx implements RingControl {
  readonly #expected = new Set<string>();
  #live: ReadonlySet<string>;
  #rings = false;

  constructor(
    private readonly call: { callId: string; extension: string },
    live: Iterable<string>,
    private readonly pbx: PbxControl,
    private readonly claimed: () => void,
  ) {
    this.#live = new Set(live);
  }

  /** Devices that have been woken and have said nothing final. */
  get expected(): number {
    return this.#expected.size;
  }

  /** Who has the INVITE on a socket. */
  set live(devices: Iterable<string>) {
    this.#live = new Set(devices);
  }

  expect(device: string): void {
    this.#expected.add(device);
  }

  giveUp(device: string): void {
    if (this.#expected.delete(device)) this.#declined();
  }

  reaches(device: string): boolean {
    return this.#live.has(device);
  }

  /** Once: the PBX can do it a few times only, and the caller hears no difference. */
  ringing(): void {
    if (this.#rings) return;
    this.#rings = true;
    this.#say('ringing');
  }

  decline(device: string, everywhere: boolean): void {
    this.#expected.delete(device);
    if (everywhere) this.#say('decline', { everywhere: '1' });
    else this.#declined();
  }

  claim(device: string): void {
    this.claimed();
    this.#say('claim', { instance: instanceId({ device }) });
  }

  release(): void {
    this.#say('release');
  }

  /** The PBX ends the call when nobody is left: on a socket, or still expected. */
  #declined(): void {
    this.#say('decline', { expected: String(this.#expected.size) });
  }

  #say(order: Parameters<PbxControl['say']>[0], more: Record<string, string> = {}): void {
    // Nothing to wait for: it never rejects, and what comes of it comes as an event.
    void this.pbx.say(order, { ...this.call, ...more });
  }
}
