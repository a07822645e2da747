import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import webpush from 'web-push';
import { parse } from '../../shared/validate.ts';
import type { ServerKeyRepository } from '../storage/serverKeys.ts';
import type { VapidKeys } from './sender.ts';

/** Bytes: as many as the HMAC that it is for gives out (RFC 2104 3). */
const TOKEN_KEY_BYTES = 32;

const vapidKeys = v.object({ publicKey: v.string(), privateKey: v.string() });

export interface PushKeys {
  /** The server's identity towards push services (RFC 8292): subscriptions are bound to it, so it never changes. */
  vapid: VapidKeys;
  /** Under the tokens of ring pushes. */
  tokens: Buffer;
}

/** Made at the first start, and the same ever after. */
export async function loadPushKeys(repository: ServerKeyRepository): Promise<PushKeys> {
  const vapid = await repository.getOrMake('vapid', () => JSON.stringify(webpush.generateVAPIDKeys()));
  const tokens = await repository.getOrMake('ringTokens', () => randomBytes(TOKEN_KEY_BYTES).toString('base64url'));
  return { vapid: parse(vapidKeys, JSON.parse(vapid), 'vapid'), tokens: Buffer.from(tokens, 'base64url') };
}
