/** Whether this device can be reached with every tab closed: whose calls it takes, and its push subscription. */

import { SwitchhookError } from '../../shared/errors.ts';
import type { Session } from '../../shared/http/api.ts';
import { registerWorker } from '../link/register.ts';
import type { Commands } from '../phone/commands.ts';
import { deviceId } from '../phone/device.ts';
import type { PhoneStore } from '../phone/store.ts';
import { subscribe, unsubscribe } from './subscription.ts';

export class Reachability {
  readonly #store: PhoneStore;
  readonly #commands: Commands;

  constructor(store: PhoneStore, commands: Commands) {
    this.#store = store;
    this.#commands = commands;
  }

  /** At every start, and whenever the permission was given: a subscription is renewed by being made again. */
  async begin({ user }: Session): Promise<void> {
    const device = deviceId();
    await this.#commands.submit({ kind: 'configure', settings: { line: { account: user.extension, device } } });
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
    await this.#commands.submit({ kind: 'configure', settings: { line: null } });
    if (this.#store.state.push === 'ready') await unsubscribe(await registerWorker(), deviceId());
    this.#store.set({ push: 'unknown' });
  }
}
