import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { headerValue, headerValues } from '../sip/headers.ts';
import { establish, inDialog } from '../sip/testing/dialogs.ts';
import { Harness, testConfig } from '../sip/testing/harness.ts';
import { RawClient } from '../sip/testing/rawClient.ts';
import { placeIn, send, takePlace } from '../sip/testing/transfers.ts';
import { open } from '../storage/testing/databases.ts';
import { type Pbx, startPbx } from './pbx.ts';
import { freePort } from './program.ts';
import { type KamailioSettings, writeSettings } from './settings.ts';
import { missingForPbx } from './testing/missing.ts';

const run = promisify(execFile);

/** Milliseconds: three servers start for it. */
const TIMEOUT = 60_000;

const { isLeftOut, hint } = missingForPbx();

// Skipped only where something is not installed, with its name, and never in CI.
describe.skipIf(isLeftOut)(`a whole PBX${hint}`, () => {
  let pbx: Pbx;
  let harness: Harness;
  beforeEach(async () => {
    pbx = await startPbx({ gateway: testConfig() });
    harness = Harness.over(pbx.gateway, pbx.kamailio.url);
  }, TIMEOUT);
  afterEach(async () => {
    await harness.stop();
    await pbx.stop();
  }, TIMEOUT);

  test('connects two phones that logged in at the gateway', { timeout: TIMEOUT }, async () => {
    const [mai, hung] = [await harness.phone('101'), await harness.phone('102')];
    const { incoming } = await establish(mai, hung);
    expect(headerValue(incoming, 'p-asserted-identity')).toBe('"Nguyễn Thị Mai" <sip:101@switchhook.local>');
    expect(JSON.stringify(await pbx.kamailio.rpc('ul.dump'))).toContain(hung.credentials.device);
  });

  test('tells the gateway how long a call lasts, again and again', { timeout: TIMEOUT }, async () => {
    const [mai, hung] = [await harness.phone('101'), await harness.phone('102')];
    const dialog = await establish(mai, hung);
    const { dataDir, databaseUrl = '' } = pbx.gateway.config;
    const db = await open({ dataDir, databaseUrl });
    /** Hours from now, of the only call. */
    const hours = async () => {
      const rows = await db.selectFrom('live_calls').select('expires_at').execute();
      return rows.map(({ expires_at }) => (Number(expires_at) - Date.now()) / 3_600_000);
    };
    try {
      // Half an hour: the two have agreed on nothing.
      await expect.poll(hours, { timeout: 10_000 }).toEqual([expect.closeTo(0.5, 1)]);
      mai.sendRaw(inDialog(mai, dialog.sent, dialog.ok, 'UPDATE', 3, ['Session-Expires: 36000;refresher=uac']));
      hung.respond(await hung.expectRequest('UPDATE'), 200);
      await expect.poll(hours, { timeout: 10_000 }).toEqual([expect.closeTo(10, 1)]);
    } finally {
      await db.destroy();
    }
  });

  test('says who has sent whom, and nothing else that phones say of it', { timeout: TIMEOUT }, async () => {
    const phones = await Promise.all(['101', '102', '103', '104'].map((extension) => harness.phone(extension)));
    const [mai, hung, alice, ben] = phones as [RawClient, RawClient, RawClient, RawClient];
    const [first, consulted] = [await establish(mai, hung), await establish(mai, alice)];
    const [place, mine] = [placeIn(consulted), ['<sip:101@switchhook.local>']];
    const refer = await send(mai, hung, first, `<${alice.gruu}?Replaces=${encodeURIComponent(place)}>`);
    expect(headerValues(refer, 'referred-by')).toEqual(mine);
    await takePlace(ben, alice, place);
    await ben.expectResponse(403, 'INVITE');
    for (const [who, wanted, expected] of [
      [hung, place, mine],
      [hung, placeIn(first), []],
    ] as const) {
      await takePlace(who, alice, wanted);
      expect(headerValues(await alice.expectRequest('INVITE'), 'referred-by')).toEqual(expected);
    }
  });
});

test.skipIf(isLeftOut)(`the two share the secret that is set${hint}`, { timeout: TIMEOUT }, async () => {
  const secret = 'a-secret-that-is-set-by-its-operator';
  const pbx = await startPbx({ gateway: testConfig({ pbx: { secret } }) });
  try {
    const headers = { authorization: `Bearer ${secret}` };
    expect((await fetch(`${pbx.kamailio.controlUrl}/metrics`, { headers })).status).toBe(200);
  } finally {
    await pbx.stop();
  }
});

describe.skipIf(isLeftOut)(`TLS${hint}`, () => {
  test('phones connect by wss, with the certificate that is set', { timeout: TIMEOUT }, async () => {
    const dir = await mkdtemp(join(tmpdir(), 'switchhook-tls-'));
    const [key, certificate] = [join(dir, 'key.pem'), join(dir, 'certificate.pem')];
    const name = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', key, '-out', certificate];
    await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...name, ...files]);
    const port = await freePort();
    const pbx = await startPbx({ gateway: testConfig(), kamailio: { tls: { port, key, certificate } } });
    const harness = Harness.over(pbx.gateway, pbx.kamailio.url);
    try {
      const credentials = await harness.credentials('101', await harness.logIn('101'));
      const ws = new WebSocket(`wss://127.0.0.1:${port}/sip`, ['sip'], { ca: await readFile(certificate) });
      await once(ws, 'open');
      const phone = RawClient.over(ws, credentials);
      expect((await phone.register()).status).toBe(200);
      await phone.close();
    } finally {
      await pbx.stop();
      await rm(dir, { recursive: true });
    }
  });
});

describe('settings', () => {
  const settings: KamailioSettings = {
    domain: 'sip.example',
    host: '127.0.0.1',
    port: 1,
    controlPort: 2,
    secret: 'secret',
    databaseUrl: 'postgres://u:p@127.0.0.1/db',
    origins: ['https://phone.example'],
    ringSeconds: 45,
    claimMs: 15_000,
    silenceMs: 1500,
    demo: false,
  };

  test('make a file that switches on what is set', () => {
    const text = writeSettings(
      { ...settings, sipPort: 5060, origins: [...settings.origins, 'http://[::1]:8080'] },
      '/etc/kamailio/switchhook',
    );
    expect(text).toContain('#!substdef "!SH_DOMAIN!sip.example!g"');
    expect(text).toContain('#!define SH_WITH_SIP\n');
    expect(text).not.toContain('SH_WITH_TLS');
    expect(text).toContain('"!SH_ORIGINS!https://phone[.]example|http://[[]::1[]]:8080!g"');
    expect(text).toContain('include_file "/etc/kamailio/switchhook/kamailio.cfg"');
  });

  test.each(['se"cret', 'se!cret', 'se cret', 'se$cret', 'se\ncret', 'se\\cret'])('refuse %j', (secret) => {
    expect(() => writeSettings({ ...settings, secret }, '/etc')).toThrow(
      expect.objectContaining({ code: 'invalidArgument', field: 'SECRET' }),
    );
  });
});
