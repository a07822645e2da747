/** ms within which two clocks agree: HTTP's Date has whole seconds, and the way there and back takes its time. Ours. */
const CLOCKS_AGREE = 2_000;

/** An answer of the switchboard: its Date header (RFC 9110 6.6.1), and when it was asked for and came, ms by this device's clock. */
export interface DatedAnswer {
  date: string | null;
  asked: number;
  answered: number;
}

/** ms by which this device's clock is ahead of the switchboard's; 0 where they agree, or nothing can be said. */
export function clockOffset({ date, asked, answered }: DatedAnswer): number {
  const second = Date.parse(date ?? '');
  const offset = (asked + answered) / 2 - (second + 500); // the middle of that second
  return Number.isNaN(offset) || Math.abs(offset) < CLOCKS_AGREE ? 0 : Math.round(offset);
}
