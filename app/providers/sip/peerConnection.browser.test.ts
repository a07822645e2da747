import { afterEach, describe, expect, it } from 'vitest';
import { withOurConnection } from './peerConnection.ts';

const native = RTCPeerConnection;
const made: RTCPeerConnection[] = [];

/** As JsSIP does it: by the global name. */
function connection(configuration: RTCConfiguration = {}): RTCPeerConnection {
  const created = withOurConnection(() => new RTCPeerConnection(configuration));
  created.addTransceiver('audio');
  made.push(created);
  return created;
}

afterEach(() => {
  for (const each of made.splice(0)) each.close();
});

/** Resolves when a description may leave. */
const gathered = (of: RTCPeerConnection) =>
  new Promise<void>((resolve) => {
    of.addEventListener('icegatheringstatechange', () => of.iceGatheringState === 'complete' && resolve());
  });

/** What the browser itself says. */
const nativeState = (of: RTCPeerConnection): unknown =>
  Object.getOwnPropertyDescriptor(native.prototype, 'iceGatheringState')?.get?.call(of);

async function offer(of: RTCPeerConnection, options: RTCOfferOptions = {}): Promise<void> {
  const done = gathered(of);
  await of.setLocalDescription(await of.createOffer(options));
  await done;
}

describe('our peer connection', () => {
  it('stands in the global place only while one is made, also when that fails', () => {
    expect(connection()).toBeInstanceOf(native);
    expect(RTCPeerConnection).toBe(native);
    expect(() => connection({ iceServers: [{ urls: 'nonsense' }] })).toThrow();
    expect(RTCPeerConnection).toBe(native);
  });

  it('says that a description may leave with its candidates, and again after an ICE restart', async () => {
    const ours = connection();
    expect(ours.iceGatheringState).toBe('new');
    await offer(ours);
    expect(ours.localDescription?.sdp).toContain('a=candidate:');
    await offer(ours, { iceRestart: true });
    expect(ours.localDescription?.sdp).toContain('a=candidate:');
  });

  it('has nothing to wait for where the credentials stay', async () => {
    const ours = connection();
    await offer(ours);
    await ours.setLocalDescription(await ours.createOffer());
    expect(ours.iceGatheringState).toBe('complete');
  });

  it('does not wait for a TURN server that is silent, nor the next time', async () => {
    // Port 9 (discard, RFC 863): nobody answers there.
    const urls = 'turn:127.0.0.1:9?transport=udp';
    const ours = connection({
      iceServers: [{ urls, username: 'u', credential: 'c' }],
      iceTransportPolicy: 'relay',
    });
    await offer(ours);
    expect(nativeState(ours)).toBe('gathering');
    await offer(ours, { iceRestart: true });
    expect(nativeState(ours)).toBe('gathering');
  });

  it('withdraws an offer and is ready for the next one', async () => {
    const ours = connection();
    await offer(ours);
    await ours.setLocalDescription({ type: 'rollback' });
    await offer(ours, { iceRestart: true });
    expect(ours.signalingState).toBe('have-local-offer');
  });

  it('sends where the far side began on hold, once that is over', async () => {
    const ours = withOurConnection(() => new RTCPeerConnection());
    const theirs = new native();
    made.push(ours, theirs);
    const { stream } = new AudioContext().createMediaStreamDestination();
    for (const track of stream.getTracks()) ours.addTrack(track, stream);
    const theirMedia = theirs.addTransceiver('audio', { direction: 'sendonly' });
    const agree = async () => {
      await theirs.setLocalDescription();
      await ours.setRemoteDescription(theirs.localDescription as RTCSessionDescription); // set in the line before
      const answer = await ours.createAnswer();
      await ours.setLocalDescription(answer);
      await theirs.setRemoteDescription(answer);
      const agreed = ours.getTransceivers().filter(({ mid }) => mid !== null);
      return agreed.map(({ currentDirection, sender }) => [currentDirection, sender.track]);
    };
    const [track] = stream.getTracks();
    expect(await agree()).toEqual([['recvonly', track]]);
    theirMedia.direction = 'sendrecv';
    expect(await agree()).toEqual([['sendrecv', track]]);
  });

  it('keeps the failure of ICE from whoever listens, and no other state', () => {
    const ours = connection();
    const seen: string[] = [];
    ours.addEventListener('iceconnectionstatechange', () => seen.push(ours.iceConnectionState));
    for (const value of ['disconnected', 'failed', 'connected']) {
      Object.defineProperty(ours, 'iceConnectionState', { value, configurable: true });
      ours.dispatchEvent(new Event('iceconnectionstatechange'));
    }
    expect(seen).toEqual(['disconnected', 'connected']);
  });
});
