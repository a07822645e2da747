import { type ErrorCode, SwitchhookError } from '../../shared/errors.ts';
import type { MicrophoneState, Preferences } from '../phone/types.ts';

/**
 * The microphone, as a stream with one audio track.
 * @throws SwitchhookError `microphoneDenied`, `microphoneAbsent`, `microphoneInUse`, `media`
 */
export async function captureMicrophone({
  voiceProcessing,
}: Pick<Preferences, 'voiceProcessing'>): Promise<MediaStream> {
  const constraints: MediaTrackConstraints = {
    echoCancellation: voiceProcessing,
    noiseSuppression: voiceProcessing,
    autoGainControl: voiceProcessing,
  };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: constraints, video: false });
  } catch (cause) {
    throw microphoneError(cause);
  }
}

/** DOMException names of getUserMedia (Media Capture and Streams 10.6), those of older Chromium included. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  NotAllowedError: 'microphoneDenied',
  SecurityError: 'microphoneDenied',
  NotFoundError: 'microphoneAbsent',
  OverconstrainedError: 'microphoneAbsent',
  NotReadableError: 'microphoneInUse',
  AbortError: 'microphoneInUse',
};

const REASONS: Readonly<Partial<Record<ErrorCode, string>>> = {
  microphoneDenied: 'The browser does not allow the microphone for this page.',
  microphoneAbsent: 'There is no microphone.',
  microphoneInUse: 'Another program is using the microphone.',
};

function microphoneError(cause: unknown): SwitchhookError {
  const code = (cause instanceof DOMException ? CODES[cause.name] : undefined) ?? 'media';
  return new SwitchhookError(code, { reason: REASONS[code] ?? 'The microphone cannot be opened.', cause });
}

/** The state of the microphone that an error tells of; null for an error of another kind. */
export function microphoneStateOf({ code }: SwitchhookError): MicrophoneState | null {
  if (code === 'microphoneDenied') return 'denied';
  if (code === 'microphoneAbsent') return 'absent';
  return code === 'microphoneInUse' ? 'inUse' : null;
}

/** What the browser says without asking the person; `unknown` where it does not say. */
export async function microphonePermission(): Promise<MicrophoneState> {
  try {
    const { state } = await navigator.permissions.query({ name: 'microphone' as PermissionName });
    return state;
  } catch {
    return 'unknown'; // Firefox knows no such permission name; asking for the microphone will tell
  }
}
