/** What the pages and the switchboard say to each other about calls, over HTTP. Errors as in `api.ts`. */

import * as v from 'valibot';
import { deviceId } from './api.ts';

/** `GET /api/calls/live?device=`: my calls that are going on now on devices other than this one, the newest first. */
export const liveCalls = v.object({
  calls: v.array(
    v.object({
      direction: v.picklist(['incoming', 'outgoing']),
      peer: v.object({ handle: v.string(), displayName: v.string() }),
      /** The one that has it. */
      device: deviceId,
      /** How it is taken up: shared/calls/dialog.ts, as the device that has it sees the dialog. */
      dialog: v.object({ callId: v.string(), localTag: v.string(), remoteTag: v.string(), target: v.string() }),
      /** ms since the epoch, by the server's clock. */
      answeredAt: v.number(),
    }),
  ),
});

export type LiveCall = v.InferOutput<typeof liveCalls>['calls'][number];
