import type { Device } from '../location.ts';

/** An INVITE that rings now. */
export interface Ring {
  /** The device has registered. */
  join(device: Device): void;
}

/** Every INVITE that rings now, by the extension that it is for: whoever registers meanwhile rings too. */
export class Rings {
  readonly #byExtension = new Map<string, Set<Ring>>();

  /** @returns what ends it: from then on nobody joins */
  add(extension: string, ring: Ring): () => void {
    const rings = this.#byExtension.get(extension) ?? new Set<Ring>();
    this.#byExtension.set(extension, rings.add(ring));
    return () => {
      rings.delete(ring);
      if (rings.size === 0 && this.#byExtension.get(extension) === rings) this.#byExtension.delete(extension);
    };
  }

  registered(device: Device): void {
    for (const ring of [...(this.#byExtension.get(device.identity.extension) ?? [])]) ring.join(device);
  }

  get size(): number {
    let size = 0;
    for (const each of this.#byExtension.values()) size += each.size;
    return size;
  }
}
