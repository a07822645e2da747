/** Whether this device can be reached with every tab closed: whose calls it takes, and its push subscription. */

import { SwitchhookError } from '../../shared/errors.ts';
import type { Session } from '../../shared/http/api.ts';
import { TEST_RING } from '../../shared/http/push.ts';
import type { RegistryReader } from '../link/reader.ts';
import { registerWorker } from '../link/register.ts';
import * as api from '../phone/api.ts';
import type { Commands } from '../phone/commands.ts';
import { deviceId } from '../phone/device.ts';
import type { PhoneStore } from '../phone/store.ts';
import { catchUpMissed } from './missed.ts';
import { subscribe, unsubscribe } from './subscription.ts';

export class Reachability {
  readonly #store: PhoneStore;
  readonly #commands: Commands;
  readonly #reader: RegistryReader;

  constructor(store: PhoneStore, commands: Commands, reader: RegistryReader) {
    this.#store = store;
    this.#commands = commands;
    this.#reader = reader;
  }

  /** At every start, and whenever the permission was given: a subscription is renewed by being made again. */
  async begin({ user }: Session): Promise<void> {
    const device = deviceId();
    const clockOffset = await api.clockOffset();
    const line = { account: user.extension, device };
    await this.#commands.submit({ kind: 'configure', settings: { line, clockOffset } });
    await catchUpMissed(line, { commands: this.#commands, reader: this.#reader });
    if (this.#store.state.notifications !== 'granted') return; // asked for in the settings, when it makes sense to the person
    try {
      await subscribe(await registerWorker(), device);
      this.#store.set({ push: 'ready' });
    } catch (error) {
      const { code } = SwitchhookError.from(error);
      this.#store.set({ push: code === 'notSupported' ? 'unsupported' : 'failed' });
    }
  }

  /** Before the log-out: afterwards the switchboard would not know who asks. */
  async end(): Promise<void> {
    await api.deleteSubscription(deviceId()).finally(() => this.forget());
  }

  /** Nobody is logged in here any more: whatever is pushed is none of ours, and the browser need not listen for it. */
  async forget(): Promise<void> {
    await this.#commands.submit({ kind: 'configure', settings: { line: null } });
    this.#store.set({ push: 'unknown' });
    await unsubscribe(await registerWorker());
  }

  async loadDevices(): Promise<void> {
    this.#store.set({ devices: await api.devices() });
  }

  async removeDevice(device: string): Promise<void> {
    await api.removeDevice(device);
    await this.loadDevices();
  }

  /** A ring to myself, all the way: switchboard, push service, browser, worker. Settles when it rang, or did not. */
  async test(): Promise<void> {
    const { session, device } = this.#store.state;
    if (!session) return;
    this.#store.set({ testRing: 'sent' });
    try {
      await api.testPush(device);
    } catch (error) {
      this.#store.set({ testRing: 'failed' });
      // Without a subscription there is nothing to ring; the finding about push says so.
      if (SwitchhookError.from(error).code === 'notFound') return;
      throw error;
    }
    this.#store.set({ testRing: (await this.#rings(session.user.extension)) ? 'rang' : 'failed' });
  }

  /** Nobody else calls from my own number. */
  #rings(own: string): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (rang: boolean) => {
        clearTimeout(timer);
        stop();
        resolve(rang);
      };
      const look = () => {
        if (this.#store.state.calls.some(({ direction, peer }) => direction === 'incoming' && peer.handle === own))
          done(true);
      };
      const timer = setTimeout(() => done(false), TEST_RING);
      const stop = this.#store.subscribe(look);
      look();
    });
  }
}
