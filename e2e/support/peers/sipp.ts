/** sipp: a telephone that does exactly what a scenario says, and nothing else. */

import { createSocket } from 'node:dgram';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../waiting.ts';
import type { ForeignAccount } from './exchange.ts';
import { writeMulawTone } from './mulaw.ts';
import { freeSipPort, runHoused } from './program.ts';
import { awaitsAnswer, plays, registers, type Step, scenario, VOICE } from './scenario.ts';

export interface Sipp {
  /** Tells it to go on, where its scenario waits for that. */
  cue(): Promise<void>;
  /** Resolves when the one call of the scenario went as it says. @throws with the messages when it did not */
  done(): Promise<void>;
  /** Waits until something like this has been sent or received. */
  sees(text: RegExp): Promise<void>;
  /** Everything that it has sent and received, as it stood on the wire. */
  messages(): string;
  stop(): Promise<void>;
}

/** ms for one message to come. */
const SEEN_WITHIN = 10_000;
/** s after which it gives up and has failed: the scenario's own waits are for things that a test makes happen. */
const PATIENCE = 50;

export interface SippOptions {
  account: ForeignAccount;
  /** The same for each sipp of an account: the contact of one that has ended is the next one's, and never rings in vain. */
  port: number;
  steps: readonly Step[];
  /** Hz of the file `voice` that a scenario may play. */
  voice: number;
  /** The number that it calls; null for a scenario that waits to be called. */
  calls: string | null;
}

/** Registers the account where it waits to be called. */
export async function startSipp({ account, port, steps, calls, voice }: SippOptions): Promise<Sipp> {
  if (calls === null) {
    const registration = await run({
      account,
      port,
      steps: [registers(), awaitsAnswer()],
      callee: account.number,
      calls: true,
      voice,
    });
    await registration.done();
    await registration.stop();
  }
  return run({ account, port, steps, callee: calls ?? account.number, calls: calls !== null, voice });
}

interface Run {
  account: ForeignAccount;
  port: number;
  steps: readonly Step[];
  callee: string;
  /** It begins. */
  calls: boolean;
  voice: number;
}

async function run({ account, port, steps, callee, calls, voice }: Run): Promise<Sipp> {
  const { number, domain, authUser, password, proxyPort } = account;
  const mediaPort = await freeSipPort();
  const { program, directory, stop } = await runHoused(
    'sipp',
    (home) => {
      writeFileSync(join(home, 'scenario.xml'), scenario(...steps));
      writeMulawTone(join(home, VOICE), voice);
      return [
        ...['-sf', 'scenario.xml', '-m', '1', '-nostdin', '-trace_msg', '-message_file', 'messages'],
        ...[
          '-i',
          '127.0.0.1',
          '-p',
          String(port),
          '-mp',
          String(mediaPort),
          ...(steps.includes(plays()) ? [] : ['-rtp_echo']),
        ],
        ...['-timeout', String(PATIENCE), '-timeout_error'],
        ...['-au', authUser, '-ap', password],
        ...['-key', 'number', number, '-key', 'domain', domain, '-key', 'callee', callee],
        ...(calls ? [`127.0.0.1:${proxyPort}`] : []),
      ];
    },
    // It says nothing when it listens; whoever calls it sends an INVITE again (RFC 3261 17.1.1.2).
    () => Promise.resolve(true),
  );
  const file = join(directory, 'messages');
  const messages = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  return {
    cue: () => send(port, cueOf(messages())),
    done: async () => {
      const code = await program.ended();
      // A callee that nobody has called ends well, too.
      if (code === 0 && /Successful call\s*\|\s*\d+\s*\|\s*1\s/.test(program.tail)) return;
      throw new Error(`sipp ended with ${code}:\n${program.tail}\n${messages()}`);
    },
    sees: (text) => waitUntil(`sipp to see ${text}`, SEEN_WITHIN, () => text.test(messages())).then(() => undefined),
    messages,
    stop,
  };
}

const COPIED = /^(Via|From|To|Call-ID|CSeq|Record-Route):/iu;

/** A request of the call that only this test sends, with the headers of the last INVITE to it: an answer that follows copies those. */
function cueOf(messages: string): string {
  const received = [...messages.matchAll(/message received [^\n]*\s+(INVITE [\s\S]*?\r?\n)\r?\n/gu)].at(-1)?.[1];
  const invite = received ?? /^INVITE [\s\S]*?\r?\n\r?\n/mu.exec(messages)?.[0] ?? '';
  const headers = invite.split(/\r?\n/u).filter((line) => COPIED.test(line));
  return ['CUE sip:sipp SIP/2.0', ...headers, 'Content-Length: 0', '', ''].join('\r\n');
}

async function send(port: number, text: string): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.send(text, port, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
  });
  socket.close();
}
