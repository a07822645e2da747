import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import type { Config } from '../config.ts';
import type { CallRecordStore } from '../sip/callLog.ts';
import type { Waker } from '../sip/wake.ts';
import type { AccountRepository } from '../storage/accounts.ts';
import type { Database } from '../storage/database.ts';
import type { LiveCallRepository } from '../storage/liveCalls.ts';
import { PbxCallRepository } from '../storage/pbxCalls.ts';
import { PbxCalls } from './calls.ts';
import { httpControl, type PbxControl } from './control.ts';
import { PbxDialogs } from './dialogs.ts';

/** The gateway's side of a PBX, put together. */
export interface Pbx {
  calls: PbxCalls;
  dialogs: PbxDialogs;
  secret: string;
  /** Looks after calls from now on; `url` is where the other gateways reach this one. */
  start(url: string): void;
  close(): Promise<void>;
}

export interface PbxParts {
  config: Config;
  db: Database;
  accounts: AccountRepository;
  records: CallRecordStore;
  waker: Waker;
  liveCalls: LiveCallRepository;
  log: FastifyBaseLogger;
}

/** A PBX that only tells us of its calls, and does not want to know what comes of them. */
const deaf: PbxControl = { say: () => Promise.resolve() };

/** Undefined where no PBX is configured. */
export function createPbx({ config, db, accounts, records, waker, liveCalls, log }: PbxParts): Pbx | undefined {
  const { limits, ringSeconds, pbx } = config;
  const { secret, controlUrl } = pbx;
  if (secret === undefined) return undefined;
  const owner = { id: randomUUID(), url: '' };
  const control = controlUrl === undefined ? deaf : httpControl({ controlUrl, secret, log });
  const rows = new PbxCallRepository(db);
  const ringMs = ringSeconds * 1000;
  const dialogs = new PbxDialogs({ rows: liveCalls, accounts });
  const calls = new PbxCalls({ owner, rows, records, accounts, dialogs, waker, control, ringMs, limits, log });
  let timer: NodeJS.Timeout | undefined;
  let tending: Promise<void> | undefined;
  /** Never twice at a time, however slow the database is. */
  const tend = (): void => {
    tending ??= calls
      .tend()
      .catch((error: unknown) => log.error({ err: error }, 'calls at the PBX not looked after'))
      .finally(() => {
        tending = undefined;
      });
  };
  return {
    calls,
    dialogs,
    secret,
    start: (url) => {
      owner.url = pbx.peerUrl ?? url;
      timer = setInterval(tend, limits.pbxTendMs).unref();
    },
    close: async () => {
      clearInterval(timer);
      await tending; // it would take again what is given away
      await calls.close();
    },
  };
}
