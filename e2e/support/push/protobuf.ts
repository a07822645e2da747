/** As much of Protocol Buffers as Chromium's push service needs: https://protobuf.dev/programming-guides/encoding/ */

/** Wire types. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const MORE = 0x80;

export function writeVarint(value: bigint | number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | MORE);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

/** @returns null when `bytes` end before the number does */
export function readVarint(bytes: Buffer, start: number): { value: bigint; end: number } | null {
  let value = 0n;
  for (let index = start; index < bytes.length; index++) {
    const byte = bytes.readUInt8(index);
    value |= BigInt(byte & 127) << BigInt(7 * (index - start));
    if (byte < MORE) return { value, end: index + 1 };
  }
  return null;
}

const tag = (field: number, wireType: number) => writeVarint((field << 3) | wireType);

/** One field of a message; a message is its fields, one after the other: `Buffer.concat`. */
export const write = {
  varint: (field: number, value: bigint | number) => Buffer.concat([tag(field, VARINT), writeVarint(value)]),
  fixed64: (field: number, value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(value);
    return Buffer.concat([tag(field, FIXED64), bytes]);
  },
  bytes: (field: number, value: Buffer | string) => {
    const bytes = Buffer.from(value);
    return Buffer.concat([tag(field, BYTES), writeVarint(bytes.length), bytes]);
  },
};

type Value = bigint | Buffer;

/** A message that was read: its fields by their numbers. */
export class Fields {
  readonly #values = new Map<number, Value[]>();

  constructor(bytes: Buffer) {
    for (let at = 0; at < bytes.length; ) {
      const head = expectVarint(bytes, at);
      const field = Number(head.value >> 3n);
      const { value, end } = readValue(bytes, head.end, Number(head.value & 7n));
      this.#values.set(field, [...(this.#values.get(field) ?? []), value]);
      at = end;
    }
  }

  number(field: number): bigint | null {
    const value = this.#values.get(field)?.at(-1);
    return typeof value === 'bigint' ? value : null;
  }

  /** Every value of a repeated field. */
  texts(field: number): string[] {
    return (this.#values.get(field) ?? [])
      .filter((value) => typeof value !== 'bigint')
      .map((value) => value.toString());
  }

  text(field: number): string | null {
    return this.texts(field).at(-1) ?? null;
  }
}

function expectVarint(bytes: Buffer, start: number): { value: bigint; end: number } {
  const read = readVarint(bytes, start);
  if (read === null) throw new Error('A protobuf message ends within a number.');
  return read;
}

function readValue(bytes: Buffer, start: number, wireType: number): { value: Value; end: number } {
  switch (wireType) {
    case VARINT:
      return expectVarint(bytes, start);
    case FIXED64:
      return { value: bytes.readBigUInt64LE(start), end: start + 8 };
    case FIXED32:
      return { value: BigInt(bytes.readUInt32LE(start)), end: start + 4 };
    case BYTES: {
      const length = expectVarint(bytes, start);
      const end = length.end + Number(length.value);
      return { value: bytes.subarray(length.end, end), end };
    }
    default:
      throw new Error(`A protobuf message has a field of the unknown wire type ${wireType}.`);
  }
}
