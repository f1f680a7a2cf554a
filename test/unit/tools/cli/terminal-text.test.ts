/** Output to the terminal: every printing function, with nasty texts in all printed data. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { fc, test } from '@fast-check/vitest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { kindsTable } from '../../../../tools/cli/commands/kind-commands.ts';
import { LiveBlock } from '../../../../tools/cli/terminal/live-block.ts';
import { print, printAs } from '../../../../tools/cli/terminal/print.ts';
import { auditTable, taskDetails, tasksTable } from '../../../../tools/cli/terminal/render.ts';
import { renderTable } from '../../../../tools/cli/terminal/table.ts';
import { coloured, shownText } from '../../../../tools/cli/terminal/terminal-text.ts';
import { errorLine } from '../../../../tools/cli/usage-errors.ts';
import { failed, findingText } from '../../../../tools/doctor/finding.ts';
import { taskView } from '../../../../lambdas/queue/handlers/api/task-view.ts';
import { held } from '../../../../lambdas/queue/domain/task/transitions.ts';
import { contextAt, retryableTask } from '../../../helpers/builders.ts';
import { FORGED, ILL_FORMED, NASTY_TEXTS } from '../../../helpers/nasty-texts.ts';

let sent: string[] = [];
beforeEach(() => {
  sent = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => sent.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const ALL = Object.entries({ ...NASTY_TEXTS, ...ILL_FORMED });
const ANY = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom(...ALL.map(([, text]) => text)),
);

/** Characters that act on a terminal or change the text direction, except line feed and the joiners of emoji. */
const ACTS = /(?!\n)\p{Cc}|\p{Cs}|[\u2028\u2029\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/u;

/** A view with `text` in every field with data. */
function viewWith(text: string) {
  const task = held(retryableTask(), { reason: text, actor: text }, contextAt());
  const view = taskView(task);
  const error = view.error === undefined ? {} : { error: { ...view.error, detail: text, firstStep: text } };
  return { ...view, ...error, quoteId: text, hold: { reason: text, actor: text, since: view.createdAt } };
}

const completedWith = (text: string) => ({
  ...taskView(retryableTask()),
  effect: { provider: text, externalId: text, location: text, proof: 'applied', fingerprint: text } as const,
});

const trailWith = (text: string) => ({
  taskId: `task-${'0'.repeat(40)}`,
  quoteId: text,
  version: 2,
  records: [
    {
      version: 1,
      from: null,
      to: 'queued' as const,
      cause: 'enqueue' as const,
      actor: text,
      reason: text,
      attempt: 0,
      deferrals: 0,
      generation: 1,
      at: '2026-03-28T12:00:00.000Z',
      attemptId: text,
    },
  ],
  gaps: [2],
  links: { self: text, task: text },
});

const kindWith = (text: string) => ({
  kind: 'crm.sync' as const,
  paused: true,
  version: 1,
  since: '2026-03-28T12:00:00.000Z',
  actor: text,
  reason: text,
  links: { self: text, pause: text, resume: text },
});

/** Longer texts find nothing more here, and tables need seconds for them. */
const MOST = 600;

/** Prints every output that can contain data, like its command; returns the output. */
function printedOf(whole: string): string {
  const text = whole.slice(0, MOST);
  sent = [];
  const stream = {
    isTTY: false,
    columns: 80,
    write: (line: string | Uint8Array) => sent.push(String(line)) > 0,
  };
  printAs({}, viewWith(text), taskDetails);
  printAs({}, completedWith(text), taskDetails);
  printAs({}, [viewWith(text), completedWith(text)], tasksTable);
  printAs({}, trailWith(text), auditTable);
  printAs({}, [kindWith(text)], kindsTable);
  print(renderTable(['sent', 'about'], [[text, text]]));
  // A fix is our own text, one command per line.
  print(findingText(failed({ step: 1, subject: 'deployment' }, text, 'first this\nthen that')));
  new LiveBlock(stream).show(tasksTable([viewWith(text), completedWith(text)]));
  sent.push(errorLine(`quoteId: expected an id; found ${text}`));
  return sent.join('');
}

describe('all output', () => {
  it.each(ALL)('has no control characters and no forged line: %s', (_name, nasty) => {
    const printed = stripVTControlCharacters(printedOf(nasty));

    expect(printedOf(nasty)).not.toMatch(ACTS);
    expect(printed.split('\n').filter((line) => line.startsWith(FORGED))).toEqual([]);
    expect(printed.split('\n')).toHaveLength(printedOf('x').split('\n').length);
  });

  test.prop([ANY])('has no control characters, for any text', (text) => {
    expect(printedOf(text)).not.toMatch(ACTS);
  });

  it('shows removed characters as escapes', () => {
    print('a\u001B[31mb\u009Bc\u202Ed\u0007\u007F\uD83E');

    expect(sent).toEqual(['a\\u001b[31mb\\u009bc\\u202ed\\u0007\\u007f\\ud83e\n']);
  });

  it('shows harmless text unchanged', () => {
    const text = 'Żółta Kaczka – 東京 👨\u200D👩\u200D👧 שלום\nof two lines';
    print(text);

    expect(sent).toEqual([`${text}\n`]);
  });
});

describe('--json', () => {
  it.each(ALL)('is JSON of the same value without control characters: %s', (_name, nasty) => {
    printAs({ json: true }, { reason: nasty, [nasty]: [nasty] }, () => '');

    expect(JSON.parse(sent.join(''))).toEqual({ reason: nasty, [nasty]: [nasty] });
    expect(sent.join('')).not.toMatch(ACTS);
  });
});

describe('colours', () => {
  // A terminal, for `styleText`.
  const terminal = Object.assign(Object.create(process.stdout), { isTTY: true, hasColors: () => true });

  it('of our own are printed, those in data are escaped', () => {
    vi.stubEnv('NO_COLOR', undefined);
    vi.stubEnv('FORCE_COLOR', '1');
    const text = coloured('red', 'bad \u001B[32mgood', terminal);
    vi.unstubAllEnvs();

    expect(shownText(text)).toBe('\u001B[31mbad \\u001b[32mgood\u001B[39m');
  });
});

const TOOLS = join(import.meta.dirname, '../../../../tools');
const sources = readdirSync(TOOLS, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(TOOLS, file), 'utf8') }));

/** Output that may bypass `print`: an error line, and texts without data. */
const ALLOWED =
  /write\(errorLine\(|write\(`\$\{(?:CUT_OFF|shownText\(text\))\}\\n`\)|write\(` {2}\$\{read\} read\\n`\)/;

describe('the sources of the tools', () => {
  it.each(sources)('print only through `print`: $file', ({ file, text }) => {
    const past = text
      .split('\n')
      .filter((line) => /process\.std(?:out|err)\.write\(|console\.\w+\(/.test(line) && !ALLOWED.test(line));

    expect(past).toEqual([]);
    expect(file !== join('cli', 'terminal', 'terminal-text.ts') && text.includes('styleText')).toBe(false);
  });
});
