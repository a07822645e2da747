/** What has the main place: the calls. */
import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { repeat } from 'lit/directives/repeat.js';
import type { CommandKind } from '../../shared/calls/commands.ts';
import type { CallRecord, Peer } from '../../shared/calls/record.ts';
import { isAnswered, isLive } from '../../shared/calls/states.ts';
import { text } from '../../shared/i18n/messages.ts';
import type { PhoneState } from '../phone/types.ts';
import './call.ts';
import './ended.ts';
import './incoming.ts';
import './otherCall.ts';

export interface Stage {
  kind: 'incoming' | 'call' | 'ended' | 'idle';
  /** The same as long as the same call has the first place in the same way. */
  key: string;
  /** The one in the main place first; the others are beside it, in small. */
  calls: readonly CallRecord[];
}

export const IDLE: Stage = { kind: 'idle', key: 'idle', calls: [] };

/**
 * A ringing call first, for it has to be decided on; then one that is being set up, the one that is talked in, held ones;
 * without any the one that has just ended. Between equals the one that was first `before` stays: while two calls change
 * places both are held for a moment.
 */
export function onStage(
  { calls, justEnded, contacts }: Pick<PhoneState, 'calls' | 'justEnded' | 'contacts'>,
  before: Stage = IDLE,
): Stage {
  const stays = before.calls[0]?.id;
  const place = (call: CallRecord) => rank(call) * 2 + (call.id === stays ? 0 : 1);
  const live = calls.toSorted((one, other) => place(one) - place(other));
  const shown = (live.length > 0 ? live : justEnded.slice(0, 1)).map((call) => withName(call, contacts));
  const [first] = shown;
  if (!first) return IDLE;
  const kind = live.length === 0 ? 'ended' : first.state === 'ringing' ? 'incoming' : 'call';
  return { kind, key: `${kind} ${first.id}`, calls: shown };
}

function rank({ state, attributes }: CallRecord): number {
  if (state === 'ringing') return 0;
  if (isLive(state) && !isAnswered(state)) return 1;
  return attributes.held ? 3 : 2;
}

/** The directory's names and pictures where the network gave none. */
function withName(call: CallRecord, contacts: PhoneState['contacts']): CallRecord {
  const named = (peer: Peer): Peer => {
    const known = peer.displayName ? undefined : contacts.find((person) => person.extension === peer.handle);
    if (!known) return peer;
    const { displayName, avatarUrl } = known;
    return { ...peer, displayName, avatarUrl: peer.avatarUrl ?? avatarUrl };
  };
  const { transfer } = call;
  const peer = named(call.peer);
  return { ...call, peer, ...(transfer ? { transfer: { ...transfer, target: named(transfer.target) } } : {}) };
}

export function stageContent(
  { calls }: Stage,
  { settings: { language }, contacts }: PhoneState,
  allowed: (call: CallRecord) => ReadonlySet<CommandKind>,
): TemplateResult {
  const live = calls.filter(({ state }) => isLive(state));
  const severalAccounts = new Set(live.map(({ account }) => account)).size > 1;
  const accountOf = (call: CallRecord) => (severalAccounts ? call.account : null);
  const othersOf = (call: CallRecord) => live.filter(({ id }) => id !== call.id);
  const [first, ...rest] = calls;
  const main = (call: CallRecord) => {
    if (call.state === 'ringing') {
      return html`<switchhook-incoming .language=${language} .call=${call} .allowed=${allowed(call)}
        .others=${othersOf(call)} .account=${accountOf(call)}></switchhook-incoming>`;
    }
    return call.state === 'disconnected'
      ? html`<switchhook-ended .language=${language} .call=${call} .allowed=${allowed(call)}></switchhook-ended>`
      : html`<switchhook-call .language=${language} .call=${call} .allowed=${allowed(call)}
          .others=${othersOf(call)} .account=${accountOf(call)} .contacts=${contacts}></switchhook-call>`;
  };
  const small = (call: CallRecord) => html`<switchhook-other-call .language=${language} .call=${call}
    .allowed=${allowed(call)} .others=${othersOf(call)} .account=${accountOf(call)}></switchhook-other-call>`;
  return html`<div class="place">${first ? keyed(first.id, main(first)) : nothing}</div>
    ${
      rest.length > 0
        ? html`<div class="others" role="group" aria-label=${text(language, 'call.others')}>
            ${repeat(rest, ({ id }) => id, small)}
          </div>`
        : nothing
    }`;
}
