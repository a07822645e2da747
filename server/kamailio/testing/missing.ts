import { findKamailio, HOW_TO_GET_KAMAILIO } from '../launcher.ts';
import { findPostgres, HOW_TO_GET_POSTGRES } from '../postgresCluster.ts';

/** What a whole PBX needs is not part of what `npm test` needs: its tests are left out where it is missing, except in CI. */
export function missingForPbx(): { isLeftOut: boolean; hint: string } {
  const hints = [
    ...(findKamailio() === undefined ? [HOW_TO_GET_KAMAILIO] : []),
    ...(findPostgres() === undefined ? [HOW_TO_GET_POSTGRES] : []),
  ];
  const isLeftOut = hints.length > 0 && process.env.CI !== 'true';
  return { isLeftOut, hint: hints.map((hint) => `: ${hint}`).join('') };
}
