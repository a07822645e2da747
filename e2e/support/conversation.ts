/** Two people who talk, over whatever server: what every test of a call that goes on begins with. */

import { test } from '@playwright/test';
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

export class Conversation<Server extends CallServer = CallServer> {
  private constructor(
    readonly server: Server,
    readonly ana: Person,
    readonly ben: Person,
  ) {}

  /** Ana (101) has called Ben (102), and they hear each other. The server is theirs: it is closed with them, or without them. */
  static async begin<Server extends CallServer>(server: Server): Promise<Conversation<Server>> {
    const opening = [openPhone(server.url, '101', { tone: ANA }), openPhone(server.url, '102', { tone: BEN })] as const;
    try {
      const [ana, ben] = await Promise.all(opening);
      const conversation = new Conversation(server, ana, ben);
      await ana.dial('102');
      await ben.sees('ringing');
      await ben.press('answer');
      await conversation.bothHear();
      return conversation;
    } catch (error) {
      for (const opened of await Promise.allSettled(opening))
        if (opened.status === 'fulfilled') await opened.value.close();
      await server.close();
      throw error;
    }
  }

  async bothHear(): Promise<void> {
    const { ana, ben } = this;
    await Promise.all([ana.sees('active'), ben.sees('active')]);
    await Promise.all([expectTone(ana.page, BEN), expectTone(ben.page, ANA)]);
  }

  /**
   * One of the two has a new page: both hear again. The new page first, because until it is connected the other may still be
   * hearing the end of the old one.
   */
  async bothHearAgain(moved: Person): Promise<void> {
    await moved.sees('active');
    await expectTone(moved.page, moved === this.ana ? BEN : ANA);
    await this.bothHear();
  }

  async close(): Promise<void> {
    await Promise.all([this.ana.close(), this.ben.close()]);
    await this.server.close();
  }
}

/** A conversation of its own for each test that follows, on a server of its own. @param begun is given it */
export function testInConversation<Server extends CallServer>(
  start: () => Promise<Server>,
  begun: (talk: Conversation<Server>) => void,
): void {
  let talk: Conversation<Server> | undefined;
  test.beforeEach(async () => {
    talk = await Conversation.begin(await start());
    begun(talk);
  });
  test.afterEach(async () => {
    await talk?.close();
    talk = undefined;
  });
}
