/**
 * Randomness of a simulated world: a pure function of (seed, words). There is no shared stream, so removing a fault from a plan does not
 * change any other draw. This allows plans to shrink.
 */

/** FNV-1a over UTF-16 code units, continued from `hash`. */
export function mixed(hash: number, text: string): number {
  let value = hash;
  for (let index = 0; index < text.length; index += 1) {
    value ^= text.charCodeAt(index);
    value = Math.imul(value, 0x01_00_01_93);
  }
  return value;
}

/** Spreads the bits of a 32-bit value (the finaliser of MurmurHash3). */
function finished(hash: number): number {
  let value = hash;
  value ^= value >>> 16;
  value = Math.imul(value, 0x85_eb_ca_6b);
  value ^= value >>> 13;
  value = Math.imul(value, 0xc2_b2_ae_35);
  return (value ^ (value >>> 16)) >>> 0;
}

const OFFSET = 0x81_1c_9d_c5;

/** A fraction in [0, 1) that depends on the arguments only. */
export const fraction = (seed: number, words: string, n = 0): number =>
  finished(mixed(Math.imul(OFFSET ^ seed, 0x9e_37_79_b1) + Math.imul(n, 0x85_eb_ca_77), words)) / 2 ** 32;

/** An integer from `min` to `max`, both included. */
export const integer = (seed: number, words: string, min: number, max: number, n = 0): number =>
  min + Math.floor(fraction(seed, words, n) * (max - min + 1));

/** One of `choices`. @throws {RangeError} when the list is empty */
export function pick<T>(seed: number, words: string, choices: readonly T[], n = 0): T {
  const choice = choices[Math.floor(fraction(seed, words, n) * choices.length)];
  if (choice === undefined) throw new RangeError('pick: expected at least one choice');
  return choice;
}

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');

/** A running hash of a trace: two 32-bit lanes over every line. */
export class TraceHash {
  #low = OFFSET;
  #high = 0x13_57_9b_df;

  /** Adds a line to the hash. */
  add(line: string): void {
    this.#low = mixed(this.#low, line);
    this.#high = Math.imul(mixed(this.#high ^ this.#low, line), 0x9e_37_79_b1);
  }

  /** 16 hex digits. */
  digest(): string {
    return hex(finished(this.#high)) + hex(finished(this.#low));
  }
}
