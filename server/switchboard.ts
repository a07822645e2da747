import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { SwitchhookError } from '../shared/errors.ts';
import { createDemoAccounts } from './accounts/demo.ts';
import { LoginService } from './accounts/login.ts';
import { AccountManager, type NewAccountRequest } from './accounts/manage.ts';
import { type SessionListener, Sessions } from './accounts/sessions.ts';
import { type Config, type ConfigInput, withDefaults } from './config.ts';
import { addRoutes, createApp } from './http/app.ts';
import type { CallsServices } from './http/callsApi.ts';
import { allowsDemo } from './http/hosts.ts';
import { createPbx, type Pbx } from './pbx/pbx.ts';
import { createPush, type Push } from './push/push.ts';
import { SipSockets } from './sip/sockets.ts';
import { SipSwitch } from './sip/switch.ts';
import { AccountRepository } from './storage/accounts.ts';
import { type CallRecord, CallRecordRepository } from './storage/callRecords.ts';
import { type Database, openDatabase } from './storage/database.ts';
import { LiveCallRepository } from './storage/liveCalls.ts';
import { LoginFailureRepository } from './storage/loginFailures.ts';
import { SessionRepository } from './storage/sessions.ts';
import { SipCredentialsRepository } from './storage/sipCredentials.ts';

/** A running switchboard. */
export interface Switchboard {
  /** Where to open the app, e.g. `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  readonly config: Config;
  /** Whether the demo accounts exist here. */
  readonly demo: boolean;
  /** Sizes of what is kept in memory, and counts of what was dropped. */
  readonly stats: SipSwitch['sizes'] & SipSwitch['counters'] & Push['stats'] & { sockets: number };
  /** @throws SwitchhookError `invalidArgument`; `storage` when the name or the extension is taken */
  createAccount(account: NewAccountRequest): Promise<void>;
  /** Call records of one Call-ID, complete: waits for those that are being written. */
  callRecords(callId: string): Promise<CallRecord[]>;
  /** Stops accepting, closes the sockets with 1001, finishes the database; at most `limits.shutdownMs`. */
  close(): Promise<void>;
}

interface Parts {
  config: Config;
  db: Database;
  app: FastifyInstance;
  accounts: AccountRepository;
  manager: AccountManager;
  records: CallRecordRepository;
  sockets: SipSockets;
  sip: SipSwitch;
  push: Push;
  pbx: Pbx | undefined;
  sweep: NodeJS.Timeout;
}

/**
 * Starts a switchboard in this process.
 * @throws SwitchhookError `storage` or `schemaTooNew` for its database, `internal` when it cannot listen
 */
export async function startSwitchboard(input: ConfigInput = {}): Promise<Switchboard> {
  const config = withDefaults(input);
  const app = createApp(config);
  const db = await openDatabase(config, (error) => app.log.warn({ err: error }, 'a connection to the database broke'));
  try {
    const parts = await assemble(config, db, app);
    await listen(parts);
    const board = toSwitchboard(parts);
    parts.pbx?.start(board.url);
    return board;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

function statsOf({ sip, push, sockets }: Pick<Parts, 'sip' | 'push' | 'sockets'>): Switchboard['stats'] {
  return { ...sip.sizes, ...sip.counters, ...push.stats, sockets: sockets.size };
}

async function assemble(config: Config, db: Database, app: FastifyInstance): Promise<Parts> {
  const visibility = { demo: allowsDemo(config) };
  const accounts = new AccountRepository(db, visibility);
  if (visibility.demo) await createDemoAccounts(accounts, config.limits.scryptCost);
  const sessionRows = new SessionRepository(db);
  const failures = new LoginFailureRepository(db);
  const sipCredentials = new SipCredentialsRepository(db, visibility);
  const records = new CallRecordRepository(db);
  const sockets = new SipSockets();
  const push = await createPush({ config, db, accounts, log: app.log });
  const sip = new SipSwitch({
    domain: config.sipDomain,
    ringMs: config.ringSeconds * 1000,
    limits: config.limits,
    credentials: { findCredentials: (authUser) => sipCredentials.find(authUser, Date.now()) },
    directory: { hasExtension: async (extension) => (await accounts.byExtension(extension)) !== undefined },
    records,
    waker: push.gateway,
    log: app.log,
  });
  const sessions = new Sessions(sessionRows, accounts, tellAll(push.sessions, sockets), config.sessionDays);
  const manager = new AccountManager({ accounts, sessions: sessionRows, failures }, config.limits.scryptCost);
  const login = new LoginService(accounts, failures, config.limits);
  const isHealthy = async (): Promise<void> => {
    await sql`select 1`.execute(db);
  };
  const { gateway, subscriptions, vapidPublicKey } = push;
  const liveCalls = new LiveCallRepository(db);
  const pbx = createPbx({ config, db, accounts, records, waker: gateway, liveCalls, log: app.log });
  const elsewhere: CallsServices['elsewhere'] = async ({ id, extension }, device) => {
    const calls = [...sip.elsewhere(extension, device), ...((await pbx?.dialogs.elsewhere(id, device)) ?? [])];
    return calls.sort((a, b) => b.answeredAt - a.answeredAt);
  };
  const services = {
    config,
    accounts,
    sessions,
    login,
    sipCredentials,
    sockets,
    handlers: sip,
    isHealthy,
    records,
    elsewhere,
    metrics: () => ({ ...statsOf({ sip, push, sockets }) }),
  };
  await addRoutes(app, { ...services, gateway, subscriptions, vapidPublicKey, pbx });
  const sweep = setInterval(() => {
    sockets.closeExpired(Date.now());
    sweepDatabase({ sessionRows, failures, liveCalls }, config)
      .then(() => sessions.endGone(sockets.sessions))
      .catch((error: unknown) => app.log.error({ err: error }, 'expired rows not removed'));
  }, config.limits.sweepMs).unref();
  return { config, db, app, accounts, manager, records, sockets, sip, push, pbx, sweep };
}

/** In this order: a device that is logged out must not be woken when its socket closes. */
function tellAll(...listeners: SessionListener[]): SessionListener {
  return {
    sessionEnded: (id) => {
      for (const listener of listeners) listener.sessionEnded(id);
    },
    accountLoggedOut: (id) => {
      for (const listener of listeners) listener.accountLoggedOut(id);
    },
  };
}

async function sweepDatabase(
  rows: { sessionRows: SessionRepository; failures: LoginFailureRepository; liveCalls: LiveCallRepository },
  { limits }: Config,
): Promise<void> {
  const now = Date.now();
  await rows.sessionRows.deleteExpired(now);
  await rows.liveCalls.deleteExpired(now);
  await rows.failures.deleteBefore(now - limits.lockOutSeconds * 1000);
}

async function listen({ app, config, sweep }: Parts): Promise<void> {
  const { host, port } = config;
  try {
    await app.listen({ host, port, listenTextResolver: () => 'listening' });
  } catch (cause) {
    clearInterval(sweep);
    await app.close();
    throw new SwitchhookError('internal', { reason: `cannot listen on ${host} port ${port}`, cause });
  }
}

function toSwitchboard(parts: Parts): Switchboard {
  const { config, app, accounts, manager, records, sip } = parts;
  const { port } = app.server.address() as AddressInfo;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host}:${port}`,
    port,
    config,
    demo: accounts.options.demo,
    get stats() {
      return statsOf(parts);
    },
    createAccount: (account) => manager.add(account),
    callRecords: async (callId) => {
      await sip.settled();
      return records.byCallId(callId);
    },
    close: () => {
      closing ??= stop(parts);
      return closing;
    },
  };
}

async function stop({ config, db, app, sockets, sip, push, pbx, sweep }: Parts): Promise<void> {
  clearInterval(sweep);
  sockets.closeAll();
  const cut = setTimeout(() => {
    for (const client of app.websocketServer.clients) client.terminate();
    app.server.closeAllConnections();
  }, config.limits.shutdownMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
    await pbx?.close();
    await sip.settled();
    await push.settled();
    await db.destroy();
  }
}
