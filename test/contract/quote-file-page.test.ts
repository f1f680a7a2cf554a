/** docs/quote-file.md: its example is a valid quote file, and its limits match the schemas. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ActionKind } from '../../lambdas/actions/kinds.ts';
import { MAX_BODY_BYTES, MAX_IDEMPOTENCY_KEY_LENGTH } from '../../lambdas/queue/contracts/api.ts';
import {
  MAX_LINES,
  MAX_TEXT_LENGTH,
  quoteSnapshotSchema,
} from '../../lambdas/shared/contracts/quote-snapshot.ts';
import { readConfig } from '../../lib/config/read-config.ts';
import { readQuoteFile } from '../../tools/cli/quote-file.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/quote-file.md'), 'utf8');
const example: unknown = JSON.parse(/```json\n([^]*?)\n```/.exec(page)?.[1] ?? 'null');

const dir = mkdtempSync(join(tmpdir(), 'quoteq-page-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const reading = (content: unknown) => () => {
  const file = join(dir, 'quote.json');
  writeFileSync(file, JSON.stringify(content));
  return readQuoteFile(file);
};

/** The example with other fields in its snapshot, and another message. */
const changed = (over: object, message = 'Hello') => {
  const { snapshot } = Object(example);
  const actions = [{ idempotencyKey: 'k', kind: 'slack.notify', message }];
  return reading({ snapshot: { ...Object(snapshot), ...over }, actions });
};

const grouped = new Intl.NumberFormat('en-GB');

describe('the page of quote files', () => {
  it('has an example that is accepted unchanged, and links the page of the kinds', () => {
    const kinds = reading(example)().map(({ kind }) => kind);

    expect(kinds).toEqual(Object.values(ActionKind).filter((kind) => kinds.includes(kind)));
    expect(page).toContain('[kinds](kinds.md)');
  });

  it('names every field of the snapshot', () => {
    const fields = Object.keys(quoteSnapshotSchema.shape).filter((field) => !page.includes(`"${field}"`));

    expect(fields).toEqual(['notes']);
    expect(page).toContain('`notes`');
  });

  it.each([
    `at most ${grouped.format(MAX_BODY_BYTES)} bytes`,
    `1 to ${MAX_IDEMPOTENCY_KEY_LENGTH} visible ASCII`,
    `1 to ${MAX_LINES} lines`,
    `at most ${grouped.format(MAX_TEXT_LENGTH)} characters`,
  ])('contains "%s", like the contracts', (limit) => {
    expect(page).toContain(limit);
  });

  it('has the maximum lengths of texts: one more character is refused', () => {
    expect(changed({ title: 'x'.repeat(500) }, 'x'.repeat(3_000))()).toHaveLength(1);
    expect(changed({ title: 'x'.repeat(501) })).toThrow('/snapshot/title: expected at most 500 characters');
    expect(changed({}, 'x'.repeat(3_001))).toThrow('/actions/0/message: expected at most 3000 characters');
    expect(page).toMatch(/1 to 500 characters[^]*1 to 3,000 characters/);
  });

  it('names the engines that the local environment allows', () => {
    const { allowedEngines } = readConfig({ context: { stage: 'local' }, env: {} });

    expect(allowedEngines.filter((engine) => !page.includes(`\`${engine}\``))).toEqual([]);
  });
});
