import { KIND_NAMES } from '../../../../lambdas/actions/kinds.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliError } from '../../../../tools/cli/cli-error.ts';
import { readQuoteFile, readQuoteFiles } from '../../../../tools/cli/quote-file.ts';
import { lineOf, snapshotOf } from '../../../helpers/builders.ts';

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'quoteq-quote-file-'));
});

afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

/** Little-endian, without a byte order mark. */
function utf32Of(text: string): Buffer {
  return Buffer.concat(
    Array.from(text, (character) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(character.codePointAt(0) ?? 0);
      return bytes;
    }),
  );
}

const fileOf = (text: string | Buffer, name = 'quote.json'): string => {
  const file = join(dir, name);
  writeFileSync(file, text);
  return file;
};

const snapshot = snapshotOf();
const pdf = { idempotencyKey: 'a', kind: 'pdf.render' };
const notify = { idempotencyKey: 'b', kind: 'slack.notify', message: 'Hello' };

/** Reads a valid file with changes. */
const reading = (over: object) => () =>
  readQuoteFile(fileOf(JSON.stringify({ snapshot, actions: [pdf, notify], ...over })));

describe('readQuoteFile', () => {
  it('gives every action the snapshot and its own fields', () => {
    expect(reading({})()).toEqual([
      {
        quoteId: 'Q-1001',
        idempotencyKey: 'a',
        kind: 'pdf.render',
        index: 0,
        body: { kind: 'pdf.render', payload: { snapshot } },
      },
      {
        quoteId: 'Q-1001',
        idempotencyKey: 'b',
        kind: 'slack.notify',
        index: 1,
        body: { kind: 'slack.notify', payload: { snapshot, message: 'Hello' } },
      },
    ]);
  });

  it.each([
    ['{"snapshot":', 'expected a JSON file'],
    ['[]', '/: expected an object with snapshot and actions'],
  ])('reports the error of %s', (text, message) => {
    expect(() => readQuoteFile(fileOf(text))).toThrow(message);
  });

  it.each([
    ['an unknown field', { extra: 1 }, '/extra: expected no such field'],
    ['no actions', { actions: [] }, '/actions: expected at least one action'],
    [
      'an action without a key',
      { actions: [{ kind: 'pdf.render' }] },
      '/actions/0/idempotencyKey: expected a value of type string',
    ],
    [
      'a key of another script',
      { actions: [pdf, { ...notify, idempotencyKey: '東京' }] },
      '/actions/1/idempotencyKey: expected visible ASCII characters',
    ],
    [
      'an unknown kind',
      { actions: [pdf, { ...notify, kind: 'fax' }] },
      `/actions/1/kind: expected one of: ${KIND_NAMES.join(', ')}`,
    ],
    [
      'a message that is too long',
      { actions: [pdf, { ...notify, message: 'x'.repeat(3_001) }] },
      '/actions/1/message: expected at most 3000 characters',
    ],
    [
      'a field that the kind does not have',
      { actions: [{ ...pdf, message: 'Hello' }] },
      '/actions/0/message: expected no such field',
    ],
    [
      'a key that is used for two actions',
      { actions: [pdf, notify, { ...notify, idempotencyKey: 'a' }] },
      '/actions/2/idempotencyKey: expected a unique key; /actions/0 has the same',
    ],
    [
      'an action with a snapshot of its own',
      { actions: [{ ...pdf, snapshot }] },
      '/actions/0/snapshot: expected no such field',
    ],
    [
      'a quote id that no path can carry',
      { snapshot: snapshotOf({ quoteId: 'Q 2015/../x' }) },
      '/snapshot/quoteId: expected 1 to 64 of A-Z a-z 0-9 . _ -',
    ],
    [
      'a total that does not add up',
      { snapshot: snapshotOf({ totalMinor: '1' }) },
      '/snapshot/totalMinor: expected 4305 (subtotalMinor + taxMinor)',
    ],
    [
      'a request that is too large',
      { snapshot: snapshotOf({ notes: 'ü'.repeat(102_400) }) },
      '/actions/0: expected at most 204800 bytes, including the snapshot',
    ],
  ])('refuses the whole file for %s', (_what, over, message) => {
    expect(reading(over)).toThrow(message);
  });

  it('names a wrong field of the snapshot once for any number of actions', () => {
    const lines = [lineOf({ quantity: '0' })];

    expect(reading({ snapshot: snapshotOf({ lines }) })).toThrow(
      /quote\.json: \/snapshot\/lines\/0\/quantity: expected a whole number from 1 to 999999999999 as a string$/,
    );
  });

  it('accepts the same action twice: the second is a replay', () => {
    expect(reading({ actions: [notify, pdf, notify] })()).toHaveLength(3);
  });

  it('leaves the check of engines to the API', () => {
    expect(reading({ snapshot: snapshotOf({ engine: { name: 'abacus', version: '1' } }) })()).toHaveLength(2);
  });

  it('accepts a file with a byte order mark', () => {
    const text = JSON.stringify({ snapshot, actions: [pdf] });

    expect(readQuoteFile(fileOf(`\uFEFF${text}`))).toHaveLength(1);
  });

  it.each<[what: string, said: string, bytesOf: (text: string) => Buffer]>([
    ['UTF-16LE with its mark', 'UTF-16', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16BE with its mark', 'UTF-16', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
    ['UTF-16LE without a mark', 'UTF-16', (text) => Buffer.from(text, 'utf16le')],
    ['UTF-16BE without a mark', 'UTF-16', (text) => Buffer.from(text, 'utf16le').swap16()],
    ['UTF-32LE with its mark', 'UTF-32', (text) => utf32Of(`\uFEFF${text}`)],
    ['UTF-32BE with its mark', 'UTF-32', (text) => utf32Of(`\uFEFF${text}`).swap32()],
    ['UTF-32LE without a mark', 'UTF-32', utf32Of],
    ['UTF-32BE without a mark', 'UTF-32', (text) => utf32Of(text).swap32()],
  ])('reports in one line that a file is in %s', (_what, said, bytesOf) => {
    const text = JSON.stringify({ snapshot, actions: [pdf] }, null, 2);
    const file = fileOf(bytesOf(text));

    expect(() => readQuoteFile(file)).toThrow(
      new CliError(`${file}: expected a JSON file (it is in ${said}; save it as UTF-8)`),
    );
  });

  it('refuses bytes that are not UTF-8 instead of sending other characters', () => {
    const text = JSON.stringify({ snapshot: snapshotOf({ notes: 'Gr\u00fc\u00dfe' }), actions: [pdf] });

    expect(() => readQuoteFile(fileOf(Buffer.from(text, 'latin1')))).toThrow(
      'expected a JSON file (it is not in UTF-8; save it as UTF-8)',
    );
  });

  it('accepts Windows line ends', () => {
    const text = JSON.stringify({ snapshot, actions: [pdf] }, null, 2).replaceAll('\n', '\r\n');

    expect(readQuoteFile(fileOf(text))).toHaveLength(1);
  });

  it('reports a directory', () => {
    expect(() => readQuoteFile(dir)).toThrow(`${dir}: expected a JSON file (it is a directory)`);
  });

  it('names a missing file', () => {
    expect(() => readQuoteFile(join(dir, 'absent.json'))).toThrow('absent.json: expected a JSON file');
  });
});

const first = () => fileOf(JSON.stringify({ snapshot, actions: [notify, pdf] }), 'first.json');
const second = (over: object) => fileOf(JSON.stringify({ snapshot, actions: [pdf], ...over }), 'second.json');

describe('readQuoteFiles', () => {
  it('refuses a key of a quote that another file uses for a different action', () => {
    const files = [first(), second({ snapshot: snapshotOf({ title: 'Another' }) })];

    expect(() => readQuoteFiles(files)).toThrow(
      `${files[1]}: /actions/0/idempotencyKey: expected a unique key; /actions/1 of ${files[0]} has the same`,
    );
  });

  it.each([
    ['the same action again', {}],
    ['the same key of another quote', { snapshot: snapshotOf({ quoteId: 'Q-1002' }) }],
  ])('accepts %s', (_what, over) => {
    expect(readQuoteFiles([first(), second(over)])).toHaveLength(3);
  });
});
