import { SwitchhookError } from '../../shared/errors.ts';
import { captureMicrophone, microphoneStateOf } from '../media/microphone.ts';
import type { Sounds } from './sounds.ts';
import type { PhoneStore } from './store.ts';

/** The microphone for a call; the state says what became of it, and a page that captures may make sound, click or not. */
export async function captureForCall(store: PhoneStore, sounds: Sounds): Promise<MediaStream> {
  try {
    const stream = await captureMicrophone(store.state.preferences);
    store.set({ microphone: 'granted' });
    sounds.tryUnlock();
    return stream;
  } catch (error) {
    const microphone = microphoneStateOf(SwitchhookError.from(error));
    if (microphone) store.set({ microphone });
    throw error;
  }
}
