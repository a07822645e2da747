/** What has to hold after traffic during which workers died, or tabs: nothing acknowledged is lost, nothing is done twice. */

import { expect } from '@playwright/test';
import type { LogEntry } from '../../shared/registry/store.ts';
import type { LoadReport } from '../harness/load.ts';

/** Every revision is there, and every submission once. */
export function expectNoGaps(log: readonly LogEntry[]): void {
  expect(new Set(log.map(({ id }) => id)).size, 'submissions done twice').toBe(log.length);
  expect(
    log.map(({ rev }) => rev),
    'revisions without a gap',
  ).toEqual(log.map((_, index) => index + 1));
}

/** @param more acknowledged submissions than this, or the test has shown nothing */
export function expectExactlyOnce(log: readonly LogEntry[], reports: readonly LoadReport[], more: number): void {
  expectNoGaps(log);
  expect(reports.flatMap(({ errors }) => errors)).toEqual([]);
  expect(reports.flatMap(({ refused }) => refused)).toEqual([]);
  const acknowledged = reports.flatMap((report) => report.acknowledged);
  expect(acknowledged.length).toBeGreaterThan(more);
  const logged = new Set(log.map(({ id }) => id));
  expect(
    acknowledged.filter((id) => !logged.has(id)),
    'acknowledged and not in the log',
  ).toEqual([]);
  for (const { rev, live } of reports) expect({ rev, live }).toEqual({ rev: log.length, live: [] });
}
