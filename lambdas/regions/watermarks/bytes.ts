/** Numbers and hashes as bytes. Numbers are LEB128: seven bits per byte, the lowest first. */
import type { ShortHash } from './links.ts';

/** Bytes of a {@link ShortHash}. */
const HASH_BYTES = 16;

/** Collects bytes. */
export class ByteWriter {
  readonly #bytes: number[] = [];

  /** A whole number from 0 to 2^53 - 1. */
  number(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.#bytes.push((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.#bytes.push(rest);
  }

  hash(hash: ShortHash): void {
    this.#bytes.push(...Buffer.from(hash, 'hex'));
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

/** Reads bytes. It remembers errors, so a caller checks once, at the end; until then invalid bytes read as zeros. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #sound = true;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Marks the bytes as invalid unless the condition holds. */
  expect(holds: boolean): void {
    this.#sound &&= holds;
  }

  isSound(): boolean {
    return this.#sound;
  }

  isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** A number in its shortest form. */
  number(): number {
    let [value, factor, byte] = [0, 1, 0];
    do {
      byte = this.#byte();
      value += (byte & 127) * factor;
      factor *= 128;
    } while (byte > 127 && this.#sound && Number.isSafeInteger(value));
    this.expect(Number.isSafeInteger(value) && byte < 128 && (byte > 0 || factor === 128));
    return this.#sound ? value : 0;
  }

  /** A number from 0 to `max`. */
  upTo(max: number): number {
    return this.within(0, max);
  }

  /** A number from `min` to `max`. */
  within(min: number, max: number): number {
    const value = this.number();
    this.expect(value >= min && value <= max);
    return this.#sound ? value : 0;
  }

  hash(): ShortHash {
    const end = this.#at + HASH_BYTES;
    this.expect(end <= this.#bytes.length);
    if (!this.#sound) return '';
    const hash = Buffer.from(this.#bytes.subarray(this.#at, end)).toString('hex');
    this.#at = end;
    return hash;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    this.expect(byte !== undefined);
    this.#at += 1;
    return byte ?? 0;
  }
}
