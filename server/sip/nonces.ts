import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { parseNonceCount } from './digest.ts';

/** What a nonce is worth: `stale` asks the client to try again with a new one, `forged` was never ours. */
export type NonceVerdict = 'fresh' | 'stale' | 'forged';

/**
 * Digest nonces that carry their own time of issue under an HMAC, so that a challenge costs no memory. Memory is spent
 * only on nonces that were answered correctly, to refuse a repeated nonce count (RFC 7616 5.5); it is bounded by making
 * everything issued before the oldest forgotten entry stale.
 */
export class Nonces {
  readonly #secret = randomBytes(32);
  /** Nonce to the highest count seen, oldest first. */
  readonly #counts = new Map<string, number>();
  /** Nonces issued at or before this time (ms) are stale, whatever their age. */
  #floor = 0;

  constructor(
    private readonly lifetimeMs: number,
    private readonly maxRemembered: number,
    private readonly now: () => number = Date.now,
  ) {}

  issue(): string {
    const payload = `${this.now().toString(36)}.${randomBytes(8).toString('hex')}`;
    return `${payload}.${this.#sign(payload)}`;
  }

  judge(nonce: string): NonceVerdict {
    const issued = this.#issuedAt(nonce);
    if (issued === undefined) return 'forged';
    return issued <= this.#floor || this.now() - issued > this.lifetimeMs ? 'stale' : 'fresh';
  }

  /** Takes note of a correct answer; false when this nonce was already used with this count or a higher one. */
  use(nonce: string, nc: string): boolean {
    const count = parseNonceCount(nc);
    const last = this.#counts.get(nonce) ?? 0;
    if (count === undefined || count <= last) return false;
    this.#counts.set(nonce, count);
    this.#forgetOld();
    return true;
  }

  get remembered(): number {
    return this.#counts.size;
  }

  #forgetOld(): void {
    for (const nonce of this.#counts.keys()) {
      const issued = this.#issuedAt(nonce) ?? 0;
      const expired = this.now() - issued > this.lifetimeMs;
      if (!expired && this.#counts.size <= this.maxRemembered) return;
      this.#counts.delete(nonce);
      if (!expired) this.#floor = Math.max(this.#floor, issued);
    }
  }

  #issuedAt(nonce: string): number | undefined {
    const cut = nonce.lastIndexOf('.');
    const payload = nonce.slice(0, Math.max(cut, 0));
    const expected = Buffer.from(this.#sign(payload));
    const given = Buffer.from(nonce.slice(cut + 1));
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
    const issued = Number.parseInt(payload, 36);
    return Number.isFinite(issued) ? issued : undefined;
  }

  /** 128 bits of the HMAC are enough for a value that lives minutes. */
  #sign(payload: string): string {
    return createHmac('sha256', this.#secret).update(payload).digest('hex').slice(0, 32);
  }
}
