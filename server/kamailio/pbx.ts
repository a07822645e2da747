/** A whole PBX: PostgreSQL, the gateway, and Kamailio between them and the phones. */
import { randomBytes } from 'node:crypto';
import type { ConfigInput } from '../config.ts';
import { type Switchboard, startSwitchboard } from '../switchboard.ts';
import { type Kamailio, startKamailio } from './launcher.ts';
import { startPostgres } from './postgresCluster.ts';
import { freePort } from './program.ts';
import type { KamailioSettings } from './settings.ts';

export interface PbxOptions {
  /** Of the gateway. With a `databaseUrl`, that database is used; else a PostgreSQL is started, and gone at the end. */
  gateway?: ConfigInput;
  kamailio?: Partial<KamailioSettings>;
  /** Whether Kamailio tells the gateway of calls; true. */
  wakes?: boolean;
}

export interface Pbx {
  readonly gateway: Switchboard;
  readonly kamailio: Kamailio;
  stop(): Promise<void>;
}

/** Bytes: 256 bits cannot be guessed. */
const SECRET_BYTES = 32;

/** @throws SwitchhookError when one of the three does not start; those that did are stopped. */
export async function startPbx(options: PbxOptions = {}): Promise<Pbx> {
  const started: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of started.splice(0).reverse()) await each();
  };
  try {
    const databaseUrl = options.gateway?.databaseUrl ?? (await ownDatabase(started));
    const ports = { port: await freePort(), controlPort: await freePort(), ...options.kamailio };
    const secret = options.gateway?.pbx?.secret ?? randomBytes(SECRET_BYTES).toString('hex');
    const pbx = {
      url: `ws://${options.gateway?.host ?? '127.0.0.1'}:${ports.port}/sip`,
      controlUrl: `http://127.0.0.1:${ports.controlPort}`,
      secret,
    };
    const gateway = await startSwitchboard({
      ...options.gateway,
      databaseUrl,
      pbx: { ...pbx, ...options.gateway?.pbx },
    });
    started.push(() => gateway.close());
    const { sipDomain, ringSeconds, limits, host } = gateway.config;
    const kamailio = await startKamailio({
      ...ports,
      domain: sipDomain,
      host,
      secret,
      ...(options.wakes === false ? {} : { gatewayUrl: `${gateway.url}/api/pbx/calls` }),
      databaseUrl,
      origins: [gateway.url, ...gateway.config.publicOrigins],
      ringSeconds,
      claimMs: limits.claimMs,
      silenceMs: limits.pushSilenceMs,
      demo: gateway.demo,
      ...options.kamailio,
    });
    started.push(() => kamailio.stop());
    return { gateway, kamailio, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function ownDatabase(started: (() => Promise<void>)[]): Promise<string> {
  const postgres = await startPostgres();
  started.push(() => postgres.stop());
  return postgres.createDatabase();
}
