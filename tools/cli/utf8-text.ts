/** Reads text files in UTF-8. For other encodings the error names the encoding. */

/** The text is not in UTF-8. The message completes a sentence about the file. */
export class NotUtf8 extends Error {
  override readonly name = 'NotUtf8';
}

const MARKS: readonly (readonly [encoding: string, mark: readonly number[]])[] = [
  // Listed before UTF-16, because UTF-16's little-endian mark is the beginning of this one.
  ['UTF-32', [0xff, 0xfe, 0, 0]],
  ['UTF-32', [0, 0, 0xfe, 0xff]],
  ['UTF-16', [0xff, 0xfe]],
  ['UTF-16', [0xfe, 0xff]],
];

/**
 * For files without a byte order mark: JSON begins with two ASCII characters, so the positions of zero bytes tell the encoding
 * (RFC 4627, section 3).
 */
const ZEROS: Readonly<Record<string, string>> = {
  x000: 'UTF-32',
  '000x': 'UTF-32',
  x0x0: 'UTF-16',
  '0x0x': 'UTF-16',
};

function wideEncodingOf(bytes: Buffer): string | undefined {
  const marked = MARKS.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte));
  const zeros = [...bytes.subarray(0, 4)].map((byte) => (byte === 0 ? '0' : 'x')).join('');
  return marked?.[0] ?? ZEROS[zeros];
}

/** The text, without the byte order mark that Windows editors put before UTF-8. @throws {NotUtf8} with the encoding */
export function utf8TextOf(bytes: Buffer): string {
  const encoding = wideEncodingOf(bytes);
  if (encoding !== undefined) throw new NotUtf8(`it is in ${encoding}; save it as UTF-8`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new NotUtf8('it is not in UTF-8; save it as UTF-8', { cause });
  }
}
