import { CLAIM_LEASE } from '../shared/calls/deadlines.ts';

/**
 * Every bound and timer of the switchboard in one place, with where its number comes from. Tests inject smaller ones
 * through the config; production uses {@link defaultLimits}.
 */
export interface Limits {
  /** Bytes of one SIP message. UDP's own maximum (RFC 3261 18.1.1); an INVITE with video is about 6 KiB. */
  maxMessageBytes: number;
  /** Messages a second that a socket may send in the long run. One phone in a busy call sends fewer than ten. */
  messagesPerSecond: number;
  /** Messages that a socket may send at once, e.g. after a reconnect. Four seconds of the sustained rate. */
  messageBurst: number;
  /** Malformed messages before the socket is closed: a broken client, or somebody probing. */
  maxMalformed: number;
  /** Messages of one socket that wait for an earlier one (a database read); as many as one burst. */
  maxQueuedMessages: number;
  /** Unsent bytes to one socket before it counts as dead: 16 messages of the largest size. */
  maxBufferedBytes: number;
  /** Open server transactions of one socket. A phone has a handful; 200 leaves room for a load generator. */
  maxTransactionsPerSocket: number;
  /** Live SIP sockets of one account: its devices, and as many again that are being replaced. */
  maxSocketsPerAccount: number;
  /**
   * Branches that one request may start: every device of an account, and as many again that come back while it rings.
   */
  maxBranchesPerRequest: number;
  /** Milliseconds between WebSocket pings: half of the 60 s after which common reverse proxies drop a silent one. */
  pingMs: number;
  /** Milliseconds that a digest nonce is good for. RFC 7616 5.4 asks for a bound; five minutes is Kamailio's default. */
  nonceMs: number;
  /** Nonces in use whose count is remembered for the replay check; when full, the oldest become stale early. */
  maxNonces: number;
  /** Seconds: shortest registration (RFC 3261 10.2.8, 423 below it); the SIP client in use never asks for less. */
  registerMinSeconds: number;
  /** Seconds: longest registration. RFC 3261 10.2 suggests one hour. */
  registerMaxSeconds: number;
  /** Seconds: registration of a client that names none; what the SIP client in use asks for. */
  registerDefaultSeconds: number;
  /** Milliseconds: 64*T1 with T1 = 500 ms, timers B, F, H and L of RFC 3261 17 and RFC 6026. */
  transactionMs: number;
  /** Milliseconds: timer C of RFC 3261 16.6, "larger than 3 minutes", for an INVITE inside a dialog. */
  timerCMs: number;
  /** Wrong passwords in a row before the account is locked; OWASP's authentication guidance leaves it to us. */
  wrongPasswords: number;
  /** Seconds that the lock lasts. */
  lockOutSeconds: number;
  /** Log-in attempts a minute and address: an office behind one address, not a password guesser. */
  loginsPerMinute: number;
  /** HTTP requests a minute and address, static files included: several page loads at once. */
  requestsPerMinute: number;
  /** Milliseconds that a device's socket may stay silent about an INVITE before the device is woken (spec 4.3). */
  pushSilenceMs: number;
  /** Milliseconds before a ring that nobody has acknowledged is pushed again; doubled each time. */
  pushResendMs: number;
  /** Milliseconds: the longest pause between two of them. Push services count what an app sends. */
  pushResendMaxMs: number;
  /** Milliseconds that a push service may take; a ring is shorter than a minute. */
  pushTimeoutMs: number;
  /** Pushes under way at a time: each is a TLS connection and an elliptic-curve operation. */
  pushesInFlight: number;
  /** Pushes that wait for their turn; more are dropped, and tried again as after a failure. */
  pushesQueued: number;
  /** Milliseconds that a stop waits for pushes that are under way. */
  pushDrainMs: number;
  /** Milliseconds that a claimed call is kept for its device (spec 3.2). */
  claimMs: number;
  /** Devices of an account that can be woken; the earliest are forgotten first. As many as it may have sockets. */
  maxSubscriptionsPerAccount: number;
  /** Answers of workers a minute and address: an office of rings behind one address. */
  respondsPerMinute: number;
  /** Test rings a minute and address: each may make a push service call a browser. */
  testPushesPerMinute: number;
  /** Milliseconds that a gateway may be silent before another takes its calls over; well below a ring. */
  pbxLeaseMs: number;
  /** Milliseconds between two signs of life of a gateway: two may be lost. */
  pbxTendMs: number;
  /** scrypt N (memory is 128*N*8 bytes); N=2^15, r=8, p=3 is one of OWASP's equivalent settings. */
  scryptCost: number;
  /** Milliseconds between the sweeps of what has expired: how late an expired session's sockets may be closed. */
  sweepMs: number;
  /** Milliseconds that a graceful stop may take before the remaining connections are cut. */
  shutdownMs: number;
}

export const defaultLimits: Limits = {
  maxMessageBytes: 65_536,
  messagesPerSecond: 50,
  messageBurst: 200,
  maxMalformed: 5,
  maxQueuedMessages: 200,
  maxBufferedBytes: 1_048_576,
  maxTransactionsPerSocket: 200,
  maxSocketsPerAccount: 32,
  maxBranchesPerRequest: 64,
  pingMs: 30_000,
  nonceMs: 300_000,
  maxNonces: 100_000,
  registerMinSeconds: 60,
  registerMaxSeconds: 3600,
  registerDefaultSeconds: 600,
  transactionMs: 32_000,
  timerCMs: 180_000,
  wrongPasswords: 10,
  lockOutSeconds: 900,
  loginsPerMinute: 60,
  requestsPerMinute: 3000,
  pushSilenceMs: 1500,
  pushResendMs: 2000,
  pushResendMaxMs: 8000,
  pushTimeoutMs: 10_000,
  pushesInFlight: 32,
  pushesQueued: 1000,
  pushDrainMs: 1000,
  claimMs: CLAIM_LEASE,
  maxSubscriptionsPerAccount: 32,
  respondsPerMinute: 600,
  testPushesPerMinute: 30,
  pbxLeaseMs: 5000,
  pbxTendMs: 1500,
  scryptCost: 32_768,
  sweepMs: 60_000,
  shutdownMs: 3000,
};

/** A token bucket: `burst` at once, `perSecond` in the long run. Holds two numbers, whatever the traffic. */
export class TokenBucket {
  #tokens: number;
  #at: number;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    now: number,
  ) {
    this.#tokens = burst;
    this.#at = now;
  }

  /** Whether one more is allowed at `now` (ms since the epoch). */
  take(now: number): boolean {
    const earned = (Math.max(0, now - this.#at) / 1000) * this.perSecond;
    this.#tokens = Math.min(this.burst, this.#tokens + earned);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
