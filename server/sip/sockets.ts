import type { SessionListener } from '../accounts/sessions.ts';
import { CLOSE_GOING_AWAY, type SipSocket } from './socket.ts';

/** All live SIP sockets, and the ways in which many of them end at once. */
export class SipSockets implements SessionListener {
  readonly #sockets = new Set<SipSocket>();

  add(socket: SipSocket): void {
    this.#sockets.add(socket);
  }

  remove(socket: SipSocket): void {
    this.#sockets.delete(socket);
  }

  get size(): number {
    return this.#sockets.size;
  }

  countOfAccount(accountId: string): number {
    return this.#of((socket) => socket.session.accountId === accountId).length;
  }

  sessionEnded(sessionId: string): void {
    this.#logOut((socket) => socket.session.sessionId === sessionId);
  }

  accountLoggedOut(accountId: string): void {
    this.#logOut((socket) => socket.session.accountId === accountId);
  }

  /** The device may come back with new credentials; those of its sockets are gone. */
  deviceRemoved(accountId: string, device: string): void {
    this.#logOut(({ identity }) => identity?.accountId === accountId && identity.device === device);
  }

  /** Ids of the devices of an account that have a live socket. */
  devicesOf(accountId: string): Set<string> {
    const live = this.#of(({ identity, open }) => open && identity?.accountId === accountId);
    return new Set(live.flatMap(({ identity }) => identity?.device ?? []));
  }

  /** Ids of the sessions that have a live socket. */
  get sessions(): string[] {
    return [...new Set([...this.#sockets].map(({ session }) => session.sessionId))];
  }

  closeExpired(now: number): void {
    this.#logOut((socket) => socket.session.expiresAt <= now);
  }

  closeAll(): void {
    for (const socket of this.#of(() => true)) socket.close(CLOSE_GOING_AWAY, 'restart');
  }

  #logOut(which: (socket: SipSocket) => boolean): void {
    for (const socket of this.#of(which)) socket.logOut();
  }

  #of(which: (socket: SipSocket) => boolean): SipSocket[] {
    return [...this.#sockets].filter(which);
  }
}
