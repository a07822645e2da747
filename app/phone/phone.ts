/** The phone of the installable app: the parts put together behind the interface that the screens see. */

import { allowedCommands } from '../../shared/calls/allowed.ts';
import type { CallCommand, CommandKind } from '../../shared/calls/commands.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import { SwitchhookError } from '../../shared/errors.ts';
import type { Session } from '../../shared/http/api.ts';
import type { OpenCall } from '../../shared/link/protocol.ts';
import type { Settings } from '../../shared/registry/input.ts';
import { CallHost } from '../host/host.ts';
import { WorkerLink } from '../link/link.ts';
import { type Change, RegistryMirror } from '../link/mirror.ts';
import { RegistryReader } from '../link/reader.ts';
import { followUpdates, registerWorker } from '../link/register.ts';
import { microphonePermission } from '../media/microphone.ts';
import { capabilitiesOf, type ProviderEvent, type ProviderSink } from '../providers/provider.ts';
import { Reachability } from '../push/reachability.ts';
import * as api from './api.ts';
import { captureForCall } from './capture.ts';
import { Commands } from './commands.ts';
import { deviceId, savePreferences } from './device.ts';
import { Elsewhere } from './elsewhere.ts';
import { Ends } from './ends.ts';
import { initialState } from './initial.ts';
import { InitialCall } from './initialCall.ts';
import { Line } from './line.ts';
import { onOpened } from './opened.ts';
import { peerOf } from './peer.ts';
import { Presence } from './presence.ts';
import { Recents } from './recents.ts';
import { isLoggedOut, SessionFinder } from './session.ts';
import { Sounds } from './sounds.ts';
import { PhoneStore } from './store.ts';
import type { Phone, PhoneState, Preferences } from './types.ts';
import { isTyping } from './typing.ts';

/** What the SIP provider can do; its calls' capabilities before the provider itself is loaded. */
const SIP_CAPABILITIES = capabilitiesOf(['hold', 'mute', 'dtmf', 'transfer']);

export class AppPhone implements Phone {
  readonly #store = new PhoneStore(initialState());
  readonly #link = new WorkerLink({ registration: registerWorker });
  readonly #reader = new RegistryReader();
  readonly #mirror = new RegistryMirror(this.#link, this.#reader);
  readonly #recents = new Recents(this.#reader, this.#store);
  readonly #presence = new Presence(this.#link);
  readonly #sounds = new Sounds(this.#store);
  readonly #commands = new Commands({ link: this.#link, mirror: this.#mirror, reader: this.#reader });
  readonly #updates = followUpdates({ idle: () => this.#mirror.state.live.size === 0, busyHere: isTyping });
  readonly #reachability = new Reachability(this.#store, this.#commands, this.#reader);
  readonly #elsewhere = new Elsewhere(this.#store, this.#commands);
  readonly #line = new Line((registration) => this.#store.set({ registration }));
  readonly #otherTabs = new BroadcastChannel('switchhook-session');
  readonly #initial = new InitialCall(this.#mirror, this.#reader);
  readonly #ends = new Ends(this.#store);
  readonly #sessions = new SessionFinder(this.#store);
  #host: CallHost | undefined;
  /** A notification of this call was clicked, and this tab is to show it. */
  onOpened: ((opened: OpenCall) => void) | null = null;

  get state(): PhoneState {
    return this.#store.state;
  }

  /** Brings up the link and, where somebody is logged in, the line. Failures are shown as `problem`. */
  async start(): Promise<void> {
    this.#mirror.onChange((change) => this.#onRegistry(change));
    this.#otherTabs.addEventListener('message', () => void this.#followSession());
    onOpened((opened) => this.#showOpened(opened));
    window.addEventListener('pagehide', ({ persisted }) => {
      if (!persisted) this.#host?.leave();
    });
    document.addEventListener('freeze', () => this.#host?.rest());
    document.addEventListener('resume', () => this.#host?.start());
    this.#sounds.tryUnlock(); // some browsers allow sound at once, to sites that are used much
    const looked = microphonePermission().then((microphone) => this.#store.set({ microphone }));
    await Promise.all([this.#startLink(), this.#startSession(), looked]);
  }

  allowed(call: CallRecord): ReadonlySet<CommandKind> {
    return allowedCommands(call, { others: this.#mirror.state.live.values(), now: Date.now() });
  }

  async logIn(username: string, password: string): Promise<void> {
    this.#onSession(await api.logIn(username, password));
    this.#otherTabs.postMessage('changed');
  }

  async logOut(): Promise<void> {
    await this.#leaveSession();
    await this.#reachability.end().finally(api.logOut);
    this.#otherTabs.postMessage('changed');
  }

  async dial(number: string): Promise<string> {
    return this.#shown(async () => {
      const { session, contacts } = this.state;
      if (!session) throw new SwitchhookError('notLoggedIn', { reason: 'Log in first.' });
      const peer = peerOf(number.trim(), contacts);
      const account = session.user.extension;
      const callId = crypto.randomUUID();
      await this.#commands.submit({
        kind: 'dial',
        callId,
        account,
        peer,
        type: 'audio',
        capabilities: SIP_CAPABILITIES,
      });
      return callId;
    });
  }

  async markSeen(): Promise<void> {
    await this.#shown(() => this.#commands.submit({ kind: 'seen' }));
  }

  async enableNotifications(): Promise<void> {
    this.#store.set({ notifications: await Notification.requestPermission() });
    if (this.state.session) await this.#reachability.begin(this.state.session);
    await this.#link.notify({ type: 'visibility', visible: document.visibilityState === 'visible' });
  }

  async enableMicrophone(): Promise<void> {
    await this.#shown(async () => {
      for (const track of (await this.#microphone()).getTracks()) track.stop();
    });
  }

  async configure(settings: Partial<Settings>): Promise<void> {
    await this.#shown(() => this.#commands.submit({ kind: 'configure', settings }));
  }

  prefer(changes: Partial<Preferences>): void {
    const preferences = { ...this.state.preferences, ...changes };
    savePreferences(preferences);
    this.#sounds.player.volume = preferences.ringVolume;
    this.#store.set({ preferences });
  }

  /** The tone of a key that was pressed, heard here only. */
  keyTone(digit: string): void {
    this.#sounds.player.key(digit);
  }

  subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);
  takeHere = (): Promise<void> => this.#shown(() => this.#elsewhere.take(this.#host, SIP_CAPABILITIES));
  getInitialCall = (): Promise<CallRecord | null> => this.#initial.find();
  perform = (callId: string, command: CallCommand): Promise<void> =>
    this.#shown(() => this.#commands.perform(callId, command));
  testRing = (): void => this.#sounds.player.testRing();
  enableSound = (): Promise<void> => this.#shown(() => this.#sounds.unlock());
  loadMoreRecents = (): Promise<void> => this.#shown(() => this.#recents.loadMore());
  loadDevices = (): Promise<void> => this.#shown(() => this.#reachability.loadDevices());
  removeDevice = (device: string): Promise<void> => this.#shown(() => this.#reachability.removeDevice(device));
  testPush = (): Promise<void> => this.#shown(() => this.#reachability.test());

  dismissProblem(): void {
    this.#store.set({ problem: null });
  }

  async #startLink(): Promise<void> {
    try {
      await this.#mirror.start();
      this.#store.set({ link: 'ready' });
      // A registry that nothing has happened to yet: the language is the browser's until a person chooses.
      if (this.#mirror.state.rev === 0 && navigator.language.startsWith('vi')) await this.configure({ language: 'vi' });
      this.#initial.linked();
      this.#ends.showIfOver(await this.#initial.find());
      this.#presence.start(() => void this.#shown(() => this.#mirror.catchUp()).catch(() => undefined)); // shown
      await this.#recents.refresh();
    } catch (error) {
      this.#initial.linked(); // to read it says what is wrong with it
      this.#store.set({ link: 'failed', problem: SwitchhookError.from(error) });
    }
  }

  /** A notification was clicked; what it told of may be over, which is said. The missed ones are among the recents. */
  #showOpened(opened: OpenCall): void {
    this.onOpened?.(opened);
    const { callId, kind } = opened;
    const failed = (error: unknown) => this.#problem(error);
    if (kind !== 'missed') this.#reader.call(callId).then((call) => this.#ends.showIfOver(call), failed);
  }

  async #startSession(): Promise<void> {
    try {
      const session = await this.#sessions.find();
      if (session) this.#onSession(session);
      else if (session === null) this.#store.set({ session, demo: await api.demoAccounts() });
    } catch (error) {
      this.#store.set({ session: null, problem: SwitchhookError.from(error) });
    }
  }

  async #leaveSession(): Promise<void> {
    const host = this.#host;
    this.#host = undefined;
    await host?.stop();
    this.#store.set({ session: null, registration: 'none', contacts: [], role: 'guest' });
  }

  /** Somebody has logged in or out in another tab: here too. */
  async #followSession(): Promise<void> {
    if (this.state.session) await this.#leaveSession();
    await this.#startSession();
  }

  #onSession(session: Session): void {
    this.#sessions.stop();
    this.#store.set({ session, registration: 'registering' });
    this.#line.set(null);
    this.#host = this.#newHost(session);
    this.#host.start();
    const failed = (error: unknown) => this.#problem(error);
    this.#elsewhere.look();
    this.#reachability.begin(session).catch(failed);
    api.directory().then((contacts) => this.#store.set({ contacts }), failed);
  }

  #onRole(role: 'host' | 'guest'): void {
    this.#store.set({ role });
    this.#line.set(role === 'host' ? 'registering' : null);
  }

  #onRegistration({ state, reason }: Extract<ProviderEvent, { kind: 'registration' }>): void {
    this.#line.set(state);
    // A connection that is lost may have been ended: the device was removed, or its person logged out everywhere.
    if (state === 'registering' && reason !== null)
      this.#checkSession().catch((error: unknown) => this.#problem(error));
  }

  async #checkSession(): Promise<void> {
    if (!this.state.session || !(await isLoggedOut())) return;
    await this.#followSession();
    await this.#reachability.forget();
    this.#otherTabs.postMessage('changed');
  }

  #newHost(session: Session): CallHost {
    return new CallHost({
      link: this.#link,
      mirror: this.#mirror,
      account: session.user.extension,
      provider: (sink) => this.#sipProvider(session, sink),
      onRole: (role) => this.#onRole(role),
      onRegistration: (event) => this.#onRegistration(event),
      onRemoteAudio: (key, stream) => this.#sounds.remote.set(key, stream),
      onError: (error) => this.#problem(error),
    });
  }

  /** SIP is loaded where it is used: in the one tab that hosts. */
  async #sipProvider({ user, ringSeconds }: Session, sink: ProviderSink) {
    const { SipProvider } = await import('../providers/sip/sipProvider.ts');
    const device = deviceId();
    return new SipProvider({
      account: user.extension,
      displayName: user.displayName,
      device,
      ringTime: ringSeconds * 1000,
      credentials: () => api.issueSipCredentials(device),
      iceServers: api.iceServers,
      relayOnly: () => this.state.preferences.relayOnly,
      microphone: () => this.#microphone(),
      dtmf: () => this.state.preferences.dtmf,
      sink,
    });
  }

  #microphone(): Promise<MediaStream> {
    return captureForCall(this.#store, this.#sounds);
  }

  #onRegistry({ state, ended, historyChanged }: Change): void {
    const calls = [...state.live.values()].sort((a, b) => b.createdAt - a.createdAt);
    this.#store.set({ calls, settings: state.settings });
    this.#ends.follow(ended);
    if (historyChanged) this.#recents.refresh().catch((error: unknown) => this.#problem(error));
    this.#presence.watch(calls);
    this.#elsewhere.look();
    this.#updates.check();
  }

  /** What fails is shown to the person and thrown to the caller. */
  async #shown<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#problem(error);
      throw error;
    }
  }

  #problem(error: unknown): void {
    this.#store.set({ problem: SwitchhookError.from(error) });
  }
}
