import { type CallRecord, type EventSource, MAX_TIMELINE, type TimelineEntry } from './record.ts';

/** Who did it and when: what every event of a call carries. */
export interface Origin {
  now: number;
  source: EventSource;
  tab: string | null;
}

/**
 * The call with one more line on its timeline. At the bound the second line becomes `trimmed`: how a call began and how
 * it ended are what a reader of the timeline needs most.
 */
export function note(call: CallRecord, origin: Origin, what: TimelineEntry['what'], detail: string): CallRecord {
  const entry: TimelineEntry = { at: origin.now, what, detail, source: origin.source, tab: origin.tab };
  const { timeline } = call;
  const first = timeline[0];
  if (timeline.length < MAX_TIMELINE || !first) return { ...call, timeline: [...timeline, entry] };
  const { at } = timeline[2] ?? entry; // of the last one dropped: the timeline stays in the order of time
  const cut: TimelineEntry = {
    at,
    what: 'trimmed',
    detail: 'earlier events were dropped',
    source: 'recovery',
    tab: null,
  };
  return { ...call, timeline: [first, cut, ...timeline.slice(3), entry] };
}
