/** Which tab a click on a notification goes to. */

export interface Tab {
  id: string;
  focused: boolean;
  visibilityState: 'visible' | 'hidden' | 'prerender';
}

/**
 * The tabs in the order in which they are asked: focused, visible, host, then as given (browsers list the most recently
 * used first).
 */
export function orderOfTabs<T extends Tab>(tabs: readonly T[], hostTab: string | null): T[] {
  const rank = (tab: T): number => {
    if (tab.focused) return 0;
    if (tab.visibilityState === 'visible') return 1;
    return tab.id === hostTab ? 2 : 3;
  };
  return [...tabs].sort((a, b) => rank(a) - rank(b)); // sort is stable: the rest keeps its order
}
