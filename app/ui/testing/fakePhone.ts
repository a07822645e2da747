/** A phone for the tests of screens: its state is what the test says, its methods are noted. */
import { allowedCommands } from '../../../shared/calls/allowed.ts';
import type { CallRecord } from '../../../shared/calls/record.ts';
import { DEFAULT_SETTINGS } from '../../../shared/registry/decide.ts';
import { NOW } from '../../../shared/testing/samples.ts';
import type { Phone, PhoneState } from '../../phone/types.ts';

const user = { extension: '101', displayName: 'Ann', avatarUrl: null, userId: 'u101' };

export const LOGGED_IN: PhoneState = {
  link: 'ready',
  session: { user, domain: 'example.test', ringSeconds: 45, relay: false },
  demo: [],
  role: 'host',
  ringer: true,
  push: 'ready',
  elsewhere: [],
  devices: [],
  device: '0b8ddc1b-6a3a-4f0c-8c0e-5a4f5a6b7c8d',
  testRing: 'none',
  registration: 'registered',
  calls: [],
  justEnded: [],
  recents: [],
  moreRecents: false,
  unseen: 0,
  contacts: [
    { extension: '102', displayName: 'Bob', avatarUrl: null, userId: 'u102' },
    { extension: '103', displayName: 'Đỗ Hà', avatarUrl: null, userId: 'u103' },
  ],
  settings: { ...DEFAULT_SETTINGS, language: 'en' },
  preferences: { ringVolume: 1, voiceProcessing: true, dtmf: 'rtp', relayOnly: false },
  sound: 'ready',
  notifications: 'granted',
  microphone: 'granted',
  problem: null,
};

export class FakePhone implements Phone {
  state: PhoneState;
  /** What was asked, in order: the method and its arguments. */
  readonly asked: [method: string, ...args: unknown[]][] = [];
  /** What the next method is refused with. */
  refusal: Error | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(changes: Partial<PhoneState> = {}) {
    this.state = { ...LOGGED_IN, ...changes };
  }

  set(changes: Partial<PhoneState>): void {
    this.state = { ...this.state, ...changes };
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  allowed(call: CallRecord) {
    return allowedCommands(call, { others: this.state.calls, now: NOW });
  }

  logIn = (...args: unknown[]) => this.#note('logIn', args);
  logOut = () => this.#note('logOut', []);
  dial = async (number: string) => this.#note('dial', [number]).then(() => 'id');
  perform = (...args: unknown[]) => this.#note('perform', args);
  loadMoreRecents = () => this.#note('loadMoreRecents', []);
  takeHere = () => this.#note('takeHere', []);
  markSeen = () => this.#note('markSeen', []);
  enableSound = () => this.#note('enableSound', []);
  enableNotifications = () => this.#note('enableNotifications', []);
  enableMicrophone = () => this.#note('enableMicrophone', []);
  configure = (...args: unknown[]) => this.#note('configure', args);
  prefer = (...args: unknown[]) => void this.asked.push(['prefer', ...args]);
  getInitialCall = () => Promise.resolve(null);
  loadDevices = () => this.#note('loadDevices', []);
  removeDevice = (...args: unknown[]) => this.#note('removeDevice', args);
  testPush = () => this.#note('testPush', []);
  testRing = () => void this.asked.push(['testRing']);
  dismissProblem = () => void this.asked.push(['dismissProblem']);

  async #note(method: string, args: unknown[]): Promise<void> {
    this.asked.push([method, ...args]);
    if (this.refusal) throw this.refusal;
  }
}
