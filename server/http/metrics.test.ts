import { expect, test } from 'vitest';
import { Harness } from '../sip/testing/harness.ts';

test('/metrics counts phones, for this machine', async () => {
  const harness = await Harness.start();
  try {
    await harness.phone('101');
    const answer = await harness.fetch('/metrics');
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await answer.text();
    expect(text).toContain('# TYPE switchhook_sockets gauge\nswitchhook_sockets 1\n');
    expect(text).toContain('# TYPE switchhook_pushes_sent_total counter\nswitchhook_pushes_sent_total 0\n');
  } finally {
    await harness.stop();
  }
});

test.each([
  ['x-forwarded-for', '203.0.113.7'],
  ['x-forwarded-for', '127.0.0.1'],
  ['forwarded', 'for=127.0.0.1'],
])('/metrics does not exist for who comes through a reverse proxy: %s: %s', async (header, value) => {
  for (const trustProxy of [true, false]) {
    const harness = await Harness.start({ trustProxy });
    try {
      expect((await harness.fetch('/metrics', { headers: { [header]: value } })).status).toBe(404);
    } finally {
      await harness.stop();
    }
  }
});
