/**
 * A certificate for push services that only this test believes in. Made anew each time with Node's crypto, which makes
 * keys and signatures but no certificates: the little of X.509 (RFC 5280) that is needed is written here, in DER (X.690).
 * No openssl has to be installed.
 */

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  /** PEM. */
  key: string;
  /** PEM; it has signed itself, so it is what to trust as well. */
  cert: string;
  /** Where `cert` is on disk: for NODE_EXTRA_CA_CERTS of another process. */
  file: string;
  /** base64 of the SHA-256 of its public key, as --ignore-certificate-errors-spki-list of Chromium wants it. */
  spkiHash: string;
  remove(): void;
}

/** The hosts of the push services that browsers subscribe at; Chromium without Google's keys at jmt17.google.com. */
export const PUSH_HOSTS = {
  chrome: 'fcm.googleapis.com',
  chromium: 'jmt17.google.com',
  firefox: 'updates.push.services.mozilla.com',
};

const DAY = 24 * 60 * 60 * 1000;

export function createCertificate(hosts: readonly string[] = ['localhost', ...Object.values(PUSH_HOSTS)]): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const cert = toPem(signed(toBeSigned(spki, hosts), privateKey));
  const directory = mkdtempSync(join(tmpdir(), 'switchhook-push-'));
  const file = join(directory, 'cert.pem');
  writeFileSync(file, cert);
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert,
    file,
    spkiHash: createHash('sha256').update(spki).digest('base64'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** The types of DER: X.690 8, with the class and "constructed" bits. */
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;
/** `[n]`, constructed. */
const explicit = (n: number) => 0xa0 + n;

/** Object identifiers, encoded. */
const ECDSA_WITH_SHA256 = '2a8648ce3d040302'; // 1.2.840.10045.4.3.2, RFC 5758 3.2
const COMMON_NAME = '550403'; // 2.5.4.3
const SUBJECT_ALT_NAME = '551d11'; // 2.5.29.17, RFC 5280 4.2.1.6
const BASIC_CONSTRAINTS = '551d13'; // 2.5.29.19, RFC 5280 4.2.1.9
/** GeneralName: dNSName is [2], primitive. RFC 5280 4.2.1.6 */
const DNS_NAME = 0x82;

function der(type: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([type, ...lengthOf(content)]), content]);
}

/** Below 128 in one byte, else the number of bytes first: X.690 8.1.3. */
function lengthOf({ length }: Buffer): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

const oid = (hex: string) => der(OBJECT_ID, Buffer.from(hex, 'hex'));
const algorithm = () => der(SEQUENCE, oid(ECDSA_WITH_SHA256));
const bits = (bytes: Buffer) => der(BIT_STRING, Buffer.from([0]), bytes);
const name = (text: string) =>
  der(SEQUENCE, der(SET, der(SEQUENCE, oid(COMMON_NAME), der(UTF8_STRING, Buffer.from(text)))));

/** YYMMDDHHMMSSZ: RFC 5280 4.1.2.5.1. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14);
  return der(UTC_TIME, Buffer.from(`${digits}Z`));
}

/** TBSCertificate: RFC 5280 4.1. */
function toBeSigned(spki: Buffer, hosts: readonly string[]): Buffer {
  const names = hosts.map((host) => der(DNS_NAME, Buffer.from(host)));
  const isAuthority = der(BOOLEAN, Buffer.from([0xff]));
  const now = Date.now();
  return der(
    SEQUENCE,
    der(explicit(0), der(INTEGER, Buffer.from([2]))), // version 3
    der(INTEGER, Buffer.concat([Buffer.from([1]), randomBytes(8)])), // serial number, positive
    algorithm(),
    name('Switchhook tests'),
    der(SEQUENCE, time(now - DAY), time(now + 7 * DAY)),
    name('Switchhook tests'),
    spki,
    der(
      explicit(3),
      der(
        SEQUENCE,
        der(SEQUENCE, oid(BASIC_CONSTRAINTS), isAuthority, der(OCTET_STRING, der(SEQUENCE, isAuthority))),
        der(SEQUENCE, oid(SUBJECT_ALT_NAME), der(OCTET_STRING, der(SEQUENCE, ...names))),
      ),
    ),
  );
}

/** Certificate: RFC 5280 4.1. */
function signed(content: Buffer, key: KeyObject): Buffer {
  return der(SEQUENCE, content, algorithm(), bits(sign('sha256', content, key)));
}

/** RFC 7468. */
function toPem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
