/** What this browser keeps about itself, apart from the calls: which device it is and what its person prefers. */

import type { Preferences } from './types.ts';

const DEVICE = 'switchhook.device';
const PREFERENCES = 'switchhook.preferences';

const DEFAULTS: Preferences = { ringVolume: 0.7, voiceProcessing: true, dtmf: 'rtp', relayOnly: false };

/** This device's id, made once. Also its SIP instance id: a page that is opened again is the same telephone. */
export function deviceId(): string {
  const known = localStorage.getItem(DEVICE);
  if (known) return known;
  const made = crypto.randomUUID();
  localStorage.setItem(DEVICE, made);
  return made;
}

export function loadPreferences(): Preferences {
  const text = localStorage.getItem(PREFERENCES);
  if (text === null) return DEFAULTS;
  try {
    return sane(JSON.parse(text) as Partial<Preferences> | null);
  } catch {
    return DEFAULTS; // not JSON: somebody edited it; nothing of worth is lost
  }
}

export function savePreferences(preferences: Preferences): void {
  localStorage.setItem(PREFERENCES, JSON.stringify(preferences));
}

function sane(stored: Partial<Preferences> | null): Preferences {
  const volume = stored?.ringVolume;
  const processing = stored?.voiceProcessing;
  const dtmf = stored?.dtmf;
  const relayOnly = stored?.relayOnly;
  return {
    ringVolume: typeof volume === 'number' && volume >= 0 && volume <= 1 ? volume : DEFAULTS.ringVolume,
    voiceProcessing: typeof processing === 'boolean' ? processing : DEFAULTS.voiceProcessing,
    dtmf: dtmf === 'rtp' || dtmf === 'info' ? dtmf : DEFAULTS.dtmf,
    relayOnly: typeof relayOnly === 'boolean' ? relayOnly : DEFAULTS.relayOnly,
  };
}
