import { expect, it } from 'vitest';
import { orderOfTabs, type Tab } from './route.ts';

const tab = (id: string, changes: Partial<Tab> = {}): Tab => ({
  id,
  focused: false,
  visibilityState: 'hidden',
  ...changes,
});
const ids = (tabs: Tab[]) => tabs.map(({ id }) => id);

it('asks the focused tab first, then the visible ones, the host, and the rest as they come', () => {
  const tabs = [
    tab('recent'),
    tab('host'),
    tab('visible', { visibilityState: 'visible' }),
    tab('focused', { focused: true, visibilityState: 'visible' }),
    tab('old'),
  ];
  expect(ids(orderOfTabs(tabs, 'host'))).toEqual(['focused', 'visible', 'host', 'recent', 'old']);
  expect(ids(orderOfTabs(tabs, null))).toEqual(['focused', 'visible', 'recent', 'host', 'old']);
});

it('leaves its argument alone', () => {
  const tabs = [tab('a'), tab('b')];
  expect(ids(orderOfTabs(tabs, 'b'))).toEqual(['b', 'a']);
  expect(ids(tabs)).toEqual(['a', 'b']);
});
