/**
 * The session timer of a call (RFC 4028), in place of JsSIP's: that one refreshes once and never again if it does not get
 * through, or if something else is under way at that moment. The far side then ends a call that is well, and we never end
 * one whose far side is gone.
 */

import { livesBy, sessionStep } from '../../../shared/calls/sessionTimer.ts';
import { insideOf, type RTCSession } from './ua.ts';

export interface SessionTimerOptions {
  /** Whether the line can speak. */
  isUp(): boolean;
  /** Nothing was heard of the far side for the whole interval. */
  expired(): void;
}

/** JsSIP's own, there in the code and not in the typings. */
interface Timed {
  _sessionTimers: {
    running: boolean;
    /** s */
    currentExpires: number;
    refresher: boolean;
    timer: ReturnType<typeof setTimeout> | undefined;
  };
  _handleSessionTimersInIncomingRequest(request: Refreshing, extraHeaders: string[]): void;
  _handleSessionTimersInIncomingResponse(response: Refreshing): void;
  _runSessionTimer(): void;
  _sendUpdate(): void;
}

interface Refreshing {
  /** s, of its `Session-Expires`. */
  session_expires?: number;
}

export function keepSession(session: RTCSession, { isUp, expired }: SessionTimerOptions): void {
  const timed = session as unknown as Timed;
  const timers = timed._sessionTimers;
  let refreshedAt = performance.now();
  let agreed = false;
  /** A refresh waits for its answer. */
  let asking = false;

  const look = () => {
    clearTimeout(timers.timer);
    if (session.isEnded()) return;
    const step = sessionStep({
      expires: timers.currentExpires * 1000,
      agreed,
      refresher: timers.refresher,
      elapsed: performance.now() - refreshedAt,
      ready: isUp() && !asking && session.isReadyToReOffer(),
    });
    if (step.do === 'end') return expired();
    if (step.again !== null) timers.timer = setTimeout(look, step.again); // JsSIP clears it with the session
    if (step.do === 'refresh') timed._sendUpdate();
  };
  const refreshed = () => {
    refreshedAt = performance.now();
    look();
  };
  const [handleRequest, handleResponse] = [
    timed._handleSessionTimersInIncomingRequest.bind(session),
    timed._handleSessionTimersInIncomingResponse.bind(session),
  ];
  timed._handleSessionTimersInIncomingRequest = (request, extraHeaders) => {
    agreed = request.session_expires !== undefined;
    handleRequest(request, extraHeaders);
  };
  timed._handleSessionTimersInIncomingResponse = (response) => {
    agreed = response.session_expires !== undefined;
    handleResponse(response);
  };
  timed._runSessionTimer = () => {
    timers.running = true;
    refreshed();
  };
  const ask = (now: boolean) => () => {
    asking = now;
  };
  followUpdates(session, { sent: ask(true), over: ask(false), refused: refreshed });
}

/** `refused` is called for an answer that shows, all the same, that the far side lives. */
function followUpdates(session: RTCSession, on: Record<'sent' | 'over' | 'refused', () => void>): void {
  const inside = insideOf(session);
  const send = inside.sendRequest.bind(session);
  inside.sendRequest = (method, options = {}) => {
    const { eventHandlers: handlers } = options;
    if (method !== 'UPDATE' || !handlers) return send(method, options);
    on.sent();
    const after =
      <T extends unknown[]>(handle: ((...args: T) => void) | undefined) =>
      (...args: T) => {
        on.over();
        handle?.(...args);
      };
    return send(method, {
      ...options,
      eventHandlers: {
        onSuccessResponse: after(handlers.onSuccessResponse),
        onErrorResponse: after((response) => {
          if (response?.status_code && livesBy(response.status_code)) on.refused();
          handlers.onErrorResponse?.(response);
        }),
        onTransportError: after(handlers.onTransportError),
        onRequestTimeout: after(handlers.onRequestTimeout),
        onDialogError: after(handlers.onDialogError),
      },
    });
  };
}
