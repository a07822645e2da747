/** What has the main place: the calls. */
import { html, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { CommandKind } from '../../shared/calls/commands.ts';
import type { CallRecord } from '../../shared/calls/record.ts';
import { isLive } from '../../shared/calls/states.ts';
import type { PhoneState } from '../phone/types.ts';
import './call.ts';
import './ended.ts';
import { peerName } from './format.ts';
import './incoming.ts';

export interface Stage {
  kind: 'incoming' | 'call' | 'ended' | 'idle';
  /** The same as long as the same call has the first place in the same way. */
  key: string;
  /** The first one first. */
  calls: readonly CallRecord[];
}

export const IDLE: Stage = { kind: 'idle', key: 'idle', calls: [] };

/** Ringing calls first, then those that one talks in, then held ones; without any the one that has just ended. */
export function onStage({ calls, justEnded, contacts }: Pick<PhoneState, 'calls' | 'justEnded' | 'contacts'>): Stage {
  const rank = ({ state, attributes }: CallRecord) => (state === 'ringing' ? 0 : attributes.held ? 2 : 1);
  const live = calls.toSorted((one, other) => rank(one) - rank(other));
  const shown = (live.length > 0 ? live : justEnded.slice(0, 1)).map((call) => withName(call, contacts));
  const [first] = shown;
  if (!first) return IDLE;
  const kind = live.length === 0 ? 'ended' : first.state === 'ringing' ? 'incoming' : 'call';
  return { kind, key: `${kind} ${first.id}`, calls: shown };
}

/** The directory's name and picture where the network gave none. */
function withName(call: CallRecord, contacts: PhoneState['contacts']): CallRecord {
  const { peer } = call;
  const known = peer.displayName ? undefined : contacts.find((person) => person.extension === peer.handle);
  if (!known) return call;
  const { displayName, avatarUrl } = known;
  return { ...call, peer: { ...peer, displayName, avatarUrl: peer.avatarUrl ?? avatarUrl } };
}

export function stageContent(
  { calls }: Stage,
  { settings: { language } }: PhoneState,
  allowed: (call: CallRecord) => ReadonlySet<CommandKind>,
): TemplateResult {
  return html`${repeat(
    calls,
    (call) => call.id,
    (call) => {
      if (call.state === 'ringing') {
        const other = calls.find((one) => one.state !== 'ringing' && isLive(one.state));
        return html`<switchhook-incoming .language=${language} .call=${call} .allowed=${allowed(call)}
          .other=${other ? peerName(other.peer, language) : null}></switchhook-incoming>`;
      }
      return call.state === 'disconnected'
        ? html`<switchhook-ended .language=${language} .call=${call} .allowed=${allowed(call)}></switchhook-ended>`
        : html`<switchhook-call .language=${language} .call=${call} .allowed=${allowed(call)}></switchhook-call>`;
    },
  )}`;
}
