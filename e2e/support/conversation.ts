/** Two people who talk, over whatever server: what every test of a call that goes on begins with. */

import { openPhone, type Person } from './person.ts';
import { expectTone } from './tones.ts';

/** The voices, Hz. */
export const ANA = 440;
export const BEN = 1000;

/** What carries the calls. */
export interface CallServer {
  url: string;
  close(): Promise<void>;
}

export class Conversation {
  private constructor(
    readonly server: CallServer,
    readonly ana: Person,
    readonly ben: Person,
  ) {}

  /** Ana (101) has called Ben (102), and they hear each other. */
  static async begin(server: CallServer): Promise<Conversation> {
    const [ana, ben] = await Promise.all([
      openPhone(server.url, '101', { tone: ANA }),
      openPhone(server.url, '102', { tone: BEN }),
    ]);
    const conversation = new Conversation(server, ana, ben);
    await ana.dial('102');
    await ben.sees('ringing');
    await ben.press('answer');
    await conversation.bothHear();
    return conversation;
  }

  async bothHear(): Promise<void> {
    const { ana, ben } = this;
    await Promise.all([ana.sees('active'), ben.sees('active')]);
    await Promise.all([expectTone(ana.page, BEN), expectTone(ben.page, ANA)]);
  }

  async close(): Promise<void> {
    await Promise.all([this.ana.close(), this.ben.close()]);
    await this.server.close();
  }
}
