import type { View } from '../../shared/notifications/plan.ts';
import { ENDED_SHOWN } from '../../shared/notifications/plan.ts';
import { DEFAULT_SETTINGS } from '../../shared/registry/decide.ts';
import type { Database } from '../registry/database.ts';

/** More missed calls than this are not counted one by one: nobody reads "143 missed calls" differently from "99". */
const MAX_UNSEEN = 99;

/** What the planner looks at, read in one transaction. */
export async function readView(db: Database, seen: Pick<View, 'visibleTabs' | 'maxActions' | 'now'>): Promise<View> {
  const tx = db.transaction(['live', 'history', 'meta']);
  const history = tx.objectStore('history');
  const [meta, live, unseen, recent] = await Promise.all([
    tx.objectStore('meta').get('registry'),
    tx.objectStore('live').getAll(),
    history.index('unseen').getAll(1, MAX_UNSEEN),
    history.index('endedAt').getAll(IDBKeyRange.lowerBound(seen.now - ENDED_SHOWN)),
  ]);
  const finished = [...unseen, ...recent.filter((call) => !call.unseen)];
  return { ...seen, live, finished, settings: { ...DEFAULT_SETTINGS, ...meta?.settings } };
}
