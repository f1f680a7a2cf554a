import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readQuoteFile } from '../../../../tools/cli/quote-file.ts';

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'quoteq-quote-file-'));
});

afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

const fileOf = (text: string): string => {
  const file = join(dir, 'quote.json');
  writeFileSync(file, text);
  return file;
};

describe('readQuoteFile', () => {
  it('gives every action the snapshot and what else the action says', () => {
    const snapshot = { quoteId: 'Q-1', total: '1' };
    const actions = [
      { idempotencyKey: 'a', kind: 'pdf.render' },
      { idempotencyKey: 'b', kind: 'slack.notify', message: 'Hello' },
    ];

    expect(readQuoteFile(fileOf(JSON.stringify({ snapshot, actions })))).toEqual([
      {
        quoteId: 'Q-1',
        idempotencyKey: 'a',
        kind: 'pdf.render',
        index: 0,
        body: { kind: 'pdf.render', payload: { snapshot } },
      },
      {
        quoteId: 'Q-1',
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
    ['{"snapshot":{},"actions":[]}', '/snapshot/quoteId: expected text'],
    ['{"snapshot":{"quoteId":"Q"},"actions":[]}', '/actions: expected at least one action'],
    ['{"snapshot":{"quoteId":"Q"},"actions":[{"kind":"x"}]}', '/actions/0/idempotencyKey: expected text'],
  ])('says what is wrong with %s', (text, message) => {
    expect(() => readQuoteFile(fileOf(text))).toThrow(message);
  });

  it('names a file that is not there', () => {
    expect(() => readQuoteFile(join(dir, 'absent.json'))).toThrow('absent.json: expected a JSON file');
  });
});
