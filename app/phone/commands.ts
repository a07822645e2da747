import type { CallCommand } from '../../shared/calls/commands.ts';
import type { Intent } from '../../shared/calls/record.ts';
import { fromWire, SwitchhookError } from '../../shared/errors.ts';
import type { Outcome, RegistryInput } from '../../shared/registry/input.ts';
import type { WorkerLink } from '../link/link.ts';
import type { RegistryMirror } from '../link/mirror.ts';
import type { RegistryReader } from '../link/reader.ts';

export interface CommandParts {
  link: WorkerLink;
  mirror: RegistryMirror;
  reader: RegistryReader;
}

/** What a person asks, on its way to the registry and until it is settled. */
export class Commands {
  readonly #parts: CommandParts;

  constructor(parts: CommandParts) {
    this.#parts = parts;
  }

  /** @throws SwitchhookError as the registry refuses it */
  async submit(input: RegistryInput, id: string = crypto.randomUUID()): Promise<Extract<Outcome, { ok: true }>> {
    const outcome = await this.#parts.link.submit({ id, tab: null, source: 'api', input });
    if (!outcome.ok) throw fromWire(outcome.error);
    return outcome;
  }

  /**
   * Settles as the command does: at once where it needs no host, else with its intent.
   * @throws SwitchhookError as the registry refuses it or the network does, `timedOut`
   */
  async perform(callId: string, command: CallCommand): Promise<void> {
    const id = crypto.randomUUID();
    const { rev } = await this.submit({ kind: 'command', callId, command }, id);
    await this.#parts.mirror.until((state) => state.rev >= rev);
    let intent = await this.#intent(callId, id);
    while (intent && intent.outcome === null) {
      await this.#parts.mirror.next();
      intent = await this.#intent(callId, id);
    }
    const outcome = intent?.outcome;
    if (outcome?.result === 'failed') throw new SwitchhookError(outcome.code, { reason: outcome.reason });
    if (outcome?.result === 'timedOut')
      throw new SwitchhookError('timedOut', { reason: `${command.kind} took too long.` });
  }

  async #intent(callId: string, id: string): Promise<Intent | undefined> {
    const { mirror, reader } = this.#parts;
    const call = mirror.state.live.get(callId) ?? (await reader.call(callId));
    return call?.intents.find((other) => other.id === id);
  }
}
