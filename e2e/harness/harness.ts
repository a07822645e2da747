/**
 * The page that browser tests and benchmarks drive: the phone's parts without its screens. Built with `--mode e2e` only.
 */

import * as Comlink from 'comlink';
import { WorkerLink } from '../../app/link/link.ts';
import { RegistryMirror } from '../../app/link/mirror.ts';
import { RegistryReader } from '../../app/link/reader.ts';
import { registerWorker } from '../../app/link/register.ts';
import { AppPhone } from '../../app/phone/phone.ts';
import { FakeProvider } from '../../app/providers/fake/fakeProvider.ts';
import * as benches from '../../bench/page/benches.ts';
import * as fanout from '../../bench/page/fanout.ts';
import { conform, logIn, SipFarSide } from './conformance.ts';
import { Load } from './load.ts';
import { takeOver } from './thief.ts';

const harness = {
  AppPhone,
  Comlink,
  FakeProvider,
  Load,
  RegistryMirror,
  RegistryReader,
  SipFarSide,
  WorkerLink,
  conform,
  logIn,
  registerWorker,
  takeOver,
  benches,
  fanout,
};

declare global {
  interface Window {
    harness: typeof harness;
    /** What a test or a benchmark has put there for its next step. */
    load: Load;
    ways: fanout.Ways;
    phone: AppPhone;
  }
}

window.harness = harness;
