import { beforeEach, expect, test } from 'vitest';
import { type Config, withDefaults } from '../config.ts';
import { Harness } from '../sip/testing/harness.ts';
import { describeOnBoth } from '../storage/testing/databases.ts';
import { startSwitchboard } from '../switchboard.ts';
import { runAccountCommand } from './command.ts';

/** scrypt N: next to nothing, for the tests' time. */
const limits = { scryptCost: 16 };

describeOnBoth(({ config: emptyDatabase }) => {
  let config: Config;
  beforeEach(async () => {
    config = withDefaults({ ...(await emptyDatabase()), port: 0, logLevel: 'silent', limits });
  });

  const account = (line: string, password = 'a good one') =>
    runAccountCommand({ argv: line.split(' '), config, password: async () => password });

  const logIn = async (url: string, username: string, password: string) => {
    const body = JSON.stringify({ username, password });
    const headers = { 'content-type': 'application/json', origin: url };
    const response = await fetch(`${url}/api/login`, { method: 'POST', headers, body });
    return { status: response.status, cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' };
  };

  test('an account that was added can log in, with the password of standard input', async () => {
    expect(await account('add Lan --extension 205 --name Lan')).toBe('Lan can log in, and is called at 205\n');
    expect(await account('list')).toBe('205\tlan\tLan\n');
    const board = await startSwitchboard(config);
    try {
      expect((await logIn(board.url, 'lan', 'a good one')).status).toBe(200);
      expect((await logIn(board.url, 'lan', 'another one')).status).toBe(401);
    } finally {
      await board.close();
    }
  });

  test('a new password ends the log-ins, removal ends the account, while the switchboard runs', async () => {
    await account('add lan --extension 205');
    const board = await startSwitchboard(config);
    const session = (cookie: string) => fetch(`${board.url}/api/session`, { headers: { cookie } });
    try {
      const { cookie } = await logIn(board.url, 'lan', 'a good one');
      expect((await session(cookie)).status).toBe(200);
      await account('password lan', 'a better one');
      expect((await session(cookie)).status).toBe(401);
      expect((await logIn(board.url, 'lan', 'a good one')).status).toBe(401);
      const again = await logIn(board.url, 'lan', 'a better one');
      expect(again.status).toBe(200);
      await account('remove lan');
      expect((await session(again.cookie)).status).toBe(401);
      expect((await logIn(board.url, 'lan', 'a better one')).status).toBe(401);
    } finally {
      await board.close();
    }
  });

  test.each(['password', 'remove'])(
    'the sockets of an account end soon after %s, while the switchboard runs',
    async (what) => {
      await account('add lan --extension 205');
      const harness = await Harness.start({ ...config, limits: { sweepMs: 20 } });
      try {
        const cookie = await harness.logIn('lan', 'a good one');
        const lan = await harness.phone('205', { cookie });
        await account(`${what} lan`, 'a better one');
        expect(await lan.closed).toEqual({ code: 1008, reason: 'notLoggedIn' });
      } finally {
        await harness.stop();
      }
    },
  );

  test.each([
    ['add lan --extension 206', 'a good one', 'the user name lan is taken'],
    ['add minh --extension 205', 'a good one', 'the extension 205 is taken by lan'],
    ['add minh --extension 205a', 'a good one', 'account.extension'],
    ['add minh --extension 206', 'short', 'account.password'],
    ['password lan', 'short', 'password'],
    ['password minh', 'a good one', 'there is no account minh'],
    ['remove minh', 'a good one', 'there is no account minh'],
    ['add minh', 'a good one', 'account add USERNAME'],
    ['list lan', 'a good one', 'account add USERNAME'],
    ['list --all', 'a good one', 'account add USERNAME'],
  ])('%s: refused, and says why', async (line, password, why) => {
    await account('add lan --extension 205');
    await expect(account(line, password)).rejects.toThrow(why);
    expect(await account('list')).toBe('205\tlan\tlan\n');
  });
});
