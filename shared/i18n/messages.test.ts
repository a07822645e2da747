import { describe, expect, it } from 'vitest';
import { CATALOGUES, countText, errorText, type MessageKey, text } from './messages.ts';
import { actionText, NOTIFICATION_CATALOGUES, type NotificationKey, notificationText } from './notifications.ts';
import { fill } from './template.ts';

const placeholders = (message: string) => [...message.matchAll(/\{(\w+)\}/gu)].map((match) => match[1]).sort();

const MESSAGES = Object.keys(CATALOGUES.en) as MessageKey[];
const NOTIFICATIONS = Object.keys(NOTIFICATION_CATALOGUES.en) as NotificationKey[];

describe('the catalogues', () => {
  it('have the same keys', () => {
    expect(Object.keys(CATALOGUES.vi).sort()).toEqual(MESSAGES.toSorted());
    expect(Object.keys(NOTIFICATION_CATALOGUES.vi).sort()).toEqual(NOTIFICATIONS.toSorted());
  });

  it.each(MESSAGES)('%s has words and the same placeholders in both', (key) => {
    expect(CATALOGUES.vi[key].trim()).not.toBe('');
    expect(placeholders(CATALOGUES.vi[key])).toEqual(placeholders(CATALOGUES.en[key]));
  });

  it.each(NOTIFICATIONS)('%s has words and the same placeholders in both', (key) => {
    const { en, vi } = NOTIFICATION_CATALOGUES;
    expect(vi[key].trim()).not.toBe('');
    expect(placeholders(vi[key])).toEqual(placeholders(en[key]));
  });

  it('are written in composed letters, as fonts and searches expect', () => {
    const all = [...Object.values(CATALOGUES.vi), ...Object.values(NOTIFICATION_CATALOGUES.vi)];
    expect(all.filter((message) => message !== message.normalize('NFC'))).toEqual([]);
  });
});

describe('text', () => {
  it('fills the placeholders', () => {
    expect(text('en', 'contacts.call', { name: 'Linh' })).toBe('Call Linh');
    expect(notificationText('vi', 'notification.missed.many', { count: 3 })).toBe('3 cuộc gọi nhỡ');
  });

  it('takes a name as it is, pattern characters included', () => {
    expect(text('en', 'contacts.call', { name: '$& {name}' })).toBe('Call $& {name}');
  });

  it('leaves a placeholder without a value to be seen', () => {
    expect(fill('Call {name}')).toBe('Call {name}');
  });

  it('has one and many in English', () => {
    expect(countText('en', 'unseen', 1)).toBe('1 missed call');
    expect(countText('en', 'unseen', 2)).toBe('2 missed calls');
    expect(countText('en', 'contacts.count', 0)).toBe('0 people');
  });

  it('names actions and errors', () => {
    expect(actionText('vi', 'hangUp')).toBe('Kết thúc');
    expect(errorText('en', 'tooLate')).toMatch(/^Too late/u);
  });

  it('asks for the values of a message when it is compiled', () => {
    // @ts-expect-error the message speaks of {name}
    expect(text('en', 'contacts.call')).toBe('Call {name}');
    // @ts-expect-error there is no such message
    expect(() => text('en', 'contacts.nobody')).toThrow();
  });
});
