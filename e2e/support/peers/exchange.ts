/** A PBX for telephones of every kind: our gateway and pages, Kamailio, and rtpengine between the two worlds of media. */

import { findKamailio, HOW_TO_GET_KAMAILIO } from '../../../server/kamailio/launcher.ts';
import type { Pbx } from '../../../server/kamailio/pbx.ts';
import { findPostgres, HOW_TO_GET_POSTGRES } from '../../../server/kamailio/postgresCluster.ts';
import { Harness } from '../../../server/sip/testing/harness.ts';
import { startTestPbx } from '../switchboard.ts';
import { freeSipPort, programsMissing } from './program.ts';
import { startRtpengine } from './rtpengine.ts';

/** Why there can be none here, for `test.skip`; null when there can. */
export function exchangeMissing(): string | null {
  const missing = [
    programsMissing(),
    findKamailio() === undefined ? HOW_TO_GET_KAMAILIO : null,
    findPostgres() === undefined ? HOW_TO_GET_POSTGRES : null,
  ].filter((each) => each !== null);
  return missing.length > 0 ? missing.join(' ') : null;
}

/** What a telephone is set up with. */
export interface ForeignAccount {
  number: string;
  domain: string;
  authUser: string;
  password: string;
  /** UUID: an instance that it names itself has to be this one. */
  device: string;
  /** Where it registers and sends its calls: UDP and TCP on the loopback address. */
  proxyPort: number;
}

export interface Exchange {
  /** Where the pages are. */
  url: string;
  pbx: Pbx;
  /** A device of a demo account that is no page of ours. */
  account(number: string): Promise<ForeignAccount>;
  stop(): Promise<void>;
}

/** s: longer than any ring of these tests that is answered, and short enough to wait for the end of one that is not. */
const RING_SECONDS = 12;

export async function startExchange(): Promise<Exchange> {
  const rtpengine = await startRtpengine();
  try {
    const sipPort = await freeSipPort();
    const pbx = await startTestPbx({ ringSeconds: RING_SECONDS }, { sipPort, rtpengine: rtpengine.control });
    const harness = Harness.over(pbx.gateway);
    return {
      url: pbx.gateway.url,
      pbx,
      account: async (number) => {
        const { authUser, password, domain, device } = await harness.credentials(number, await harness.logIn(number));
        return { number, domain, authUser, password, device, proxyPort: sipPort };
      },
      stop: async () => {
        await pbx.stop();
        await rtpengine.stop();
      },
    };
  } catch (error) {
    await rtpengine.stop();
    throw error;
  }
}
