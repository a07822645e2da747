import { afterEach, describe, expect, it } from 'vitest';
import { userEvent } from 'vitest/browser';
import { ask, settle } from '../../shared/calls/intents.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import { SwitchhookError } from '../../shared/errors.ts';
import { at, callIn, incoming, uuid, withFacts } from '../../shared/testing/samples.ts';
import { FAILURE_SHOWN } from './failure.ts';
import { deepActiveElement } from './focus.ts';
import { onStage } from './stage.ts';
import { find, found, show } from './testing/show.ts';

const CARL = { handle: '105', displayName: 'Carl', avatarUrl: null, userId: null };

const bob = callIn('active');
const hold = (call: CallRecord) => withFacts(call, { kind: 'attributes', changes: { held: true } });
const carl = (state: Parameters<typeof callIn>[0] = 'active') => callIn(state, { id: uuid(2), peer: CARL });

const words = (selector: string) => find(selector)?.shadowRoot?.textContent?.replace(/\s+/gu, ' ') ?? '';
const button = (screen: string, action: string) =>
  find(`[data-action="${action}"]`, find(screen)?.shadowRoot ?? undefined);
const buttons = (screen: string) =>
  [...(find(screen)?.shadowRoot?.querySelectorAll<HTMLElement>('[data-action]') ?? [])].map(
    ({ dataset }) => dataset.action,
  );

/** A call of which something did not work `ago` ms ago. */
function failing(call: CallRecord, ago: number): CallRecord {
  const outcome = { result: 'failed', at: Date.now() - ago, code: 'signalling', reason: 'test' } as const;
  return settle(ask(call, { id: uuid(7), action: 'hold' }, at()), uuid(7), outcome, at());
}

afterEach(() => {
  document.body.replaceChildren();
});

describe('the main place', () => {
  const first = (calls: CallRecord[], before?: ReturnType<typeof onStage>) =>
    onStage({ calls, justEnded: [], contacts: [] }, before).calls[0]?.peer.displayName;
  const stage = (calls: CallRecord[]) => onStage({ calls, justEnded: [], contacts: [] });

  it('is for the one that rings, then the one that is dialled, then the one that is heard', () => {
    expect(first([bob, carl('ringing')])).toBe('Carl');
    expect(first([bob, callIn('dialing', { id: uuid(2), peer: CARL })])).toBe('Carl');
    expect(first([hold(carl()), bob])).toBe('Bob');
  });

  it('is not given away while two calls change places', () => {
    expect(first([hold(carl()), hold(bob)], stage([hold(carl()), bob]))).toBe('Bob');
    expect(first([carl(), hold(bob)], stage([hold(carl()), hold(bob)]))).toBe('Carl');
  });
});

describe('a second call that comes in', () => {
  it('leaves the first in sight, and is taken in the ways that mean something', async () => {
    const { phone } = await show({ calls: [bob] });
    phone.set({ calls: [carl('ringing'), bob] });
    await found('switchhook-incoming');
    expect(words('switchhook-incoming')).toContain('Carl');
    expect(words('switchhook-other-call')).toMatch(/Bob.*Connected/u);
    expect(find('switchhook-other-call')?.dataset.state).toBe('active');
    expect(buttons('switchhook-incoming')).toEqual([
      'decline',
      'holdAndAnswer',
      'endAndAnswer',
      'silence',
      'declineEverywhere',
    ]);
    expect(buttons('switchhook-other-call')).toEqual(['hangUp']);
  });

  it('says on each button whose it is, and asks it of that call', async () => {
    const { phone } = await show({ calls: [carl('ringing'), bob] });
    await found('switchhook-other-call');
    expect(button('switchhook-incoming', 'holdAndAnswer')?.ariaLabel).toBe('Hold and answer, Carl');
    expect(button('switchhook-other-call', 'hangUp')?.ariaLabel).toBe('Hang up, Bob');
    button('switchhook-other-call', 'hangUp')?.click();
    button('switchhook-incoming', 'holdAndAnswer')?.click();
    expect(phone.asked).toEqual([
      ['perform', bob.id, { kind: 'hangUp' }],
      ['perform', carl().id, { kind: 'holdAndAnswer' }],
    ]);
  });

  it('can ring beside another that rings', async () => {
    await show({ calls: [carl('ringing'), incoming()] });
    await found('switchhook-other-call');
    expect(buttons('switchhook-other-call')).toEqual(['decline', 'answer']);
  });
});

describe('two calls', () => {
  it('have the one that is heard in the main place, and the other in small with its actions', async () => {
    const { phone } = await show({ calls: [hold(carl()), bob] });
    await found('switchhook-other-call');
    expect(words('switchhook-call')).toContain('Bob');
    expect(words('switchhook-other-call')).toMatch(/Carl.*On hold/u);
    expect(find('switchhook-timer', find('switchhook-other-call')?.shadowRoot ?? document)).not.toBeNull();
    expect(buttons('switchhook-other-call')).toEqual(['swap', 'hangUp']);
    expect(buttons('switchhook-call')).toEqual(['mute', 'dtmf', 'hold', 'hangUp']);
    expect(button('switchhook-call', 'dtmf')?.ariaLabel).toBe('Keypad, Bob');
    button('switchhook-other-call', 'swap')?.click();
    expect(phone.asked).toEqual([['perform', carl().id, { kind: 'swap' }]]);
    phone.set({ calls: [carl(), hold(bob)] });
    await expect.poll(() => words('switchhook-call')).toContain('Carl');
    await expect.poll(() => deepActiveElement()?.textContent).toBe('Carl');
  });

  it('can both be on hold: then each is taken up by itself', async () => {
    await show({ calls: [hold(carl()), hold(bob)] });
    await found('switchhook-other-call');
    expect(buttons('switchhook-other-call')).toEqual(['unhold', 'hangUp']);
  });

  it('show that they are changing places', async () => {
    const swapping = ask(hold(carl()), { id: uuid(7), action: 'swap' }, at());
    const { phone } = await show({ calls: [hold(carl()), bob] });
    await found('switchhook-other-call');
    phone.set({ calls: [swapping, hold(bob)] });
    await expect.poll(() => button('switchhook-other-call', 'swap')?.ariaBusy).toBe('true');
    expect(words('switchhook-call')).toContain('Bob');
    expect(button('switchhook-other-call', 'swap')?.ariaLabel).toBe('Swapping…, Carl');
  });

  it('leave the focus with the one that stays', async () => {
    const { phone } = await show({ calls: [hold(carl()), bob] });
    await found('switchhook-other-call');
    button('switchhook-other-call', 'hangUp')?.focus();
    phone.set({ calls: [bob] });
    await expect.poll(() => deepActiveElement()?.textContent).toBe('Bob');
    expect(find('switchhook-other-call')).toBeNull();
    expect(button('switchhook-call', 'mute')?.ariaLabel).toBeNull();
  });

  it('are reached by Tab in the order in which they are seen', async () => {
    await show({ calls: [hold(carl()), bob] });
    await expect.poll(() => deepActiveElement()?.textContent).toBe('Bob');
    const order: (string | null | undefined)[] = [];
    for (const _ of buttons('switchhook-call').concat(buttons('switchhook-other-call'))) {
      await userEvent.keyboard('{Tab}');
      order.push(deepActiveElement()?.ariaLabel);
    }
    expect(order).toEqual([
      'Mute, Bob',
      'Keypad, Bob',
      'Hold, Bob',
      'Hang up, Bob',
      'Swap calls, Carl',
      'Hang up, Carl',
    ]);
  });

  it('say which account each belongs to, when these differ', async () => {
    const { phone } = await show({ calls: [hold(carl()), bob] });
    await found('switchhook-other-call');
    expect(words('switchhook-phone .stage')).not.toContain('Account');
    phone.set({ calls: [hold({ ...carl(), account: '900' }), bob] });
    await expect.poll(() => words('switchhook-other-call')).toContain('Account 900');
    expect(words('switchhook-call')).toContain('Account 101');
  });
});

describe('what did not work', () => {
  it.each<[string, CallRecord[], string]>([
    ['a call', [failing(bob, 0)], 'switchhook-call'],
    ['a ringing call', [failing(incoming(), 0)], 'switchhook-incoming'],
    ['a waiting call', [bob, failing(hold(carl()), 0)], 'switchhook-other-call'],
  ])('is said on the screen of %s', async (_, calls, screen) => {
    await show({ calls });
    await found('[data-failure=hold]', find(screen)?.shadowRoot ?? document);
    expect(words(screen)).toContain('Hold did not work: The phone network could not do that. Try again.');
  });

  it('is gone after a while, with nothing else happening', async () => {
    await show({ calls: [failing(bob, FAILURE_SHOWN - 300)] });
    await found('[data-failure=hold]');
    await expect.poll(() => find('[data-failure]')).toBeNull();
  });

  it('is said once: not by the banner too', async () => {
    const problem = new SwitchhookError('signalling', { reason: 'test' });
    const { phone } = await show({ calls: [bob] });
    phone.set({ calls: [failing(bob, FAILURE_SHOWN - 300)], problem });
    await found('[data-failure=hold]');
    await expect.poll(() => find('[data-failure]')).toBeNull();
    phone.set({ unseen: 1 });
    expect(find('[data-notice=problem]')).toBeNull();
    phone.set({ problem: new SwitchhookError('maxCalls', { reason: 'test' }) });
    await found('[data-notice=problem]');
  });

  it('is said by the banner to somebody who looks at another section', async () => {
    const { phone } = await show({ calls: [bob] });
    await userEvent.click(await found('[data-tab=settings]'));
    phone.set({ calls: [failing(bob, 0)], problem: new SwitchhookError('signalling', { reason: 'test' }) });
    await found('[data-notice=problem]');
  });
});
