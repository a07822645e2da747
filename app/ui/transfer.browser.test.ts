import { afterEach, describe, expect, it } from 'vitest';
import { userEvent } from 'vitest/browser';
import { ask } from '../../shared/calls/intents.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import type { Transfer } from '../../shared/calls/transfer.ts';
import { at, callIn, uuid, withFacts } from '../../shared/testing/samples.ts';
import { deepActiveElement } from './focus.ts';
import { find, found, show } from './testing/show.ts';

const capabilities = ['hold', 'mute', 'transfer'] as const;
const bob = callIn('active', { capabilities });
const CARL = { handle: '105', displayName: 'Carl', avatarUrl: null, userId: null };
const carl = withFacts(callIn('active', { id: uuid(2), peer: CARL, capabilities }), {
  kind: 'attributes',
  changes: { held: true },
});

const dialog = () => find('dialog') as HTMLDialogElement | null;
const words = (selector: string) => find(selector)?.shadowRoot?.textContent?.replace(/\s+/gu, ' ') ?? '';
const press = async (selector: string) => userEvent.click(await found(selector));
const people = () => [...(dialog()?.querySelectorAll('.name') ?? [])].map((name) => name.textContent);
const told = (call: CallRecord, changes: Partial<Transfer>) => {
  const target = { handle: '103', displayName: null, avatarUrl: null, userId: null };
  const transfer: Transfer = { by: 'local', target, state: 'trying', code: null, ...changes };
  return withFacts(call, { kind: 'transfer', transfer });
};

async function choosing(calls: CallRecord[] = [bob]) {
  const shown = await show({ calls });
  await press('switchhook-call [data-action=transfer], [data-action=transfer]');
  await expect.poll(() => dialog()?.open).toBe(true);
  return shown;
}

afterEach(() => {
  document.body.replaceChildren();
});

describe('who is to get the call', () => {
  it('is found by name, without diacritics, and gets it at once', async () => {
    const { phone } = await choosing();
    expect(deepActiveElement()).toBe(find('[name=target]'));
    expect(people()).toEqual(['Đỗ Hà']); // Bob himself is talked to
    await userEvent.keyboard('do ha{Enter}');
    expect(phone.asked).toEqual([['perform', bob.id, { kind: 'transfer', target: '103' }]]);
    expect(dialog()?.open).toBe(false);
    await expect.poll(() => deepActiveElement()?.getAttribute('data-action')).toBe('transfer');
  });

  it('is chosen from the list, and the next key transfers', async () => {
    const { phone } = await choosing();
    await press('dialog [data-number="103"]');
    await userEvent.keyboard('{Enter}');
    expect(phone.asked).toEqual([['perform', bob.id, { kind: 'transfer', target: '103' }]]);
  });

  it('may be any number, however it is written', async () => {
    const { phone } = await choosing();
    await userEvent.keyboard('+84 (28) 3822-0001{Enter}');
    expect(phone.asked).toEqual([['perform', bob.id, { kind: 'transfer', target: '+842838220001' }]]);
  });

  it('can be called first', async () => {
    const { phone } = await choosing();
    await press('dialog [data-number="103"]');
    await press('[data-action=callFirst]');
    expect(phone.asked).toEqual([['dial', '103']]);
  });

  it('cannot be called first beside another call', async () => {
    await choosing([bob, carl]);
    expect(find('[data-action=callFirst]')).toBeNull();
  });

  it('has to be somebody', async () => {
    const { phone } = await choosing();
    await userEvent.keyboard('{Enter}nobody{Enter}');
    expect(dialog()?.textContent).toContain('Nobody is called “nobody”');
    (await found('[data-action=transferNow]')).click();
    expect(phone.asked).toEqual([]);
    expect(deepActiveElement()).toBe(find('[name=target]'));
  });

  it('is left open by Escape, and asked for anew the next time', async () => {
    const { phone } = await choosing();
    await userEvent.keyboard('103{Escape}');
    await expect.poll(() => dialog()?.open).toBe(false);
    await press('[data-action=transfer]');
    expect((find('[name=target]') as HTMLInputElement).value).toBe('');
    expect(phone.asked).toEqual([]);
  });
});

it('keys typed there are no tones of the call, though its keypad is open', async () => {
  const { phone } = await show({ calls: [callIn('active', { capabilities: ['dtmf', 'transfer'] })] });
  await press('[data-action=dtmf]');
  await press('[data-action=transfer]');
  await expect.poll(() => dialog()?.open).toBe(true);
  await userEvent.keyboard('103{Escape}');
  await expect.poll(() => dialog()?.open).toBe(false);
  expect(phone.asked).toEqual([]);
  expect(find('switchhook-keypad')).not.toBeNull();
});

describe('a call that cannot be transferred', () => {
  it('offers nothing of it', async () => {
    await show({ calls: [callIn('active')] });
    await found('[data-action=mute]');
    expect(find('[data-action=transfer]')).toBeNull();
  });
});

describe('how it goes', () => {
  it('is said with the name of the directory', async () => {
    const { phone } = await show({ calls: [told(bob, {})] });
    await expect.poll(() => words('switchhook-call')).toContain('Transferring to Đỗ Hà…');
    phone.set({ calls: [told(bob, { state: 'ringing' })] });
    await expect.poll(() => words('switchhook-call')).toContain('Transferring: ringing at Đỗ Hà…');
    phone.set({ calls: [told(bob, { by: 'remote', state: 'ringing' })] });
    await expect.poll(() => words('switchhook-call')).toContain('You are being connected: ringing at Đỗ Hà…');
    phone.set({ calls: [told(bob, { state: 'failed', code: 486 })] });
    await expect.poll(() => words('switchhook-call')).toContain('Connected');
  });

  it('is said when it is done', async () => {
    const bye = { kind: 'ended', by: 'local', code: 200, reason: null, text: null } as const;
    await show({ calls: [], justEnded: [withFacts(told(bob, { state: 'accepted' }), bye)] });
    await expect.poll(() => words('switchhook-ended')).toContain('Transferred to Đỗ Hà');
  });

  it('keeps its button busy', async () => {
    const asked = ask(bob, { id: uuid(7), action: 'transfer', argument: '103' }, at());
    await show({ calls: [asked] });
    expect((await found('[data-action=transfer]')).ariaBusy).toBe('true');
  });
});

describe('two calls', () => {
  it('are connected: who waits is told', async () => {
    const { phone } = await show({ calls: [bob, carl] });
    await press('[data-action=attendedTransfer]');
    expect(phone.asked).toEqual([['perform', carl.id, { kind: 'attendedTransfer', with: bob.id }]]);
  });
});

describe('who has answered', () => {
  it('is said where it is not who was called', async () => {
    const answered = (who: string) => withFacts(bob, { kind: 'answeredBy', who });
    const { phone } = await show({ calls: [answered('103')] });
    await expect.poll(() => words('switchhook-call')).toContain('Answered by Đỗ Hà');
    phone.set({ calls: [answered('109')] });
    await expect.poll(() => words('switchhook-call')).toContain('Answered by 109');
    phone.set({ calls: [answered('102')] });
    await expect.poll(() => words('switchhook-call')).not.toContain('Answered by');
  });
});
