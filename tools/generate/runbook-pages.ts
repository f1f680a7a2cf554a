/**
 * Writes the generated parts of the runbooks from the registry of alarms and the list of errors: the facts of each alarm's page, the index,
 * and `runbooks/errors.md`. Manually written text is outside the marks and is kept.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { ALL_ERROR_CODES, type ErrorCode, rowOf } from '../../lambdas/shared/contracts/error-codes.ts';
import type { AlarmDefinition } from '../../lib/monitoring/alarm-definition.ts';
import { ALARMS } from '../../lib/monitoring/alarm-registry.ts';
import { RELEASE_ALARM_MEANINGS } from '../../lib/monitoring/release-alarm-meanings.ts';
import { isMath, type MetricSource, type MetricUse, type Signal } from '../../lib/monitoring/signals.ts';

const RUNBOOKS = new URL('../../runbooks/', import.meta.url);
/** The page of an alarm. */
export const alarmPage = (slug: string): URL => new URL(`alarms/${slug}.md`, RUNBOOKS);
/** The page of the errors. */
export const ERRORS_PAGE = new URL('errors.md', RUNBOOKS);
/** The index. */
export const INDEX_PAGE = new URL('README.md', RUNBOOKS);

const BEGIN = '<!-- generated: npm run generate -->';
const END = '<!-- end -->';

/** Codes that may ring an alarm. */
export const codesOf = (slug: string): readonly ErrorCode[] =>
  ALL_ERROR_CODES.filter((code) => rowOf(code).alarms.includes(slug));

function sourceText(source: MetricSource): string {
  switch (source.kind) {
    case 'queue':
      return `\`${source.name}\``;
    case 'function':
      return `\`${source.name}\` of a function`;
    case 'machine':
      return `\`${source.name}\` of the state machine`;
    case 'card-rule':
      return `\`${source.name}\` of the rule that feeds the card queue`;
    case 'depth':
      return `messages in the queue \`${source.queue}\``;
    case 'age':
      return `the age in seconds of the oldest message in the queue \`${source.queue}\``;
    case 'api':
      return `\`${source.name}\``;
  }
}

const useText = ({ source, statistic }: MetricUse): string => `${statistic} of ${sourceText(source)}`;

function signalText(signal: Signal): string {
  if (!isMath(signal)) return useText(signal);
  const uses = Object.entries(signal.uses).map(([name, use]) => `${name} = ${useText(use)}`);
  return `\`${signal.expression}\` (${uses.join(', ')})`;
}

function periodText({ periodMinutes, periods, breachingPeriods = periods }: AlarmDefinition): string {
  if (periods === 1) return `in ${periodMinutes} min`;
  const share = breachingPeriods === periods ? `${periods}` : `${breachingPeriods} of ${periods}`;
  return `in ${share} periods of ${periodMinutes} min`;
}

const MISSING_TEXT = {
  breaching: 'rings',
  notBreaching: 'does not ring',
  ignore: 'leaves the alarm as it is',
} as const satisfies Record<AlarmDefinition['missingData'], string>;

const codeLink = (code: ErrorCode, from: string): string =>
  `[\`${code}\`](${from}errors.md#${code.toLowerCase()})`;
const alarmLink = (slug: string): string => `[${slug}](alarms/${slug}.md)`;

/** The facts of an alarm on its page. */
export function alarmFacts(definition: AlarmDefinition): string {
  const [signal] = Object.values(definition.signals);
  if (signal === undefined) throw new RangeError(`${definition.slug}: expected a signal`);
  const errors = codesOf(definition.slug).map((code) => codeLink(code, '../'));
  return [
    BEGIN,
    '',
    `- Rings when: ${signalText(signal)} ${definition.comparison} ${definition.threshold}, ${periodText(definition)}.`,
    `- Severity: ${definition.severity}.`,
    `- No data ${MISSING_TEXT[definition.missingData]}. ${definition.missingDataWhy}`,
    `- Error codes: ${errors.length === 0 ? 'none of ours.' : `${errors.join(', ')}.`}`,
    '',
    END,
  ].join('\n');
}

/** Puts `block` between the marks, or at the end of the first section if the page has no marks yet. */
function withBlock(page: string, block: string): string {
  const begin = page.indexOf(BEGIN);
  if (begin >= 0) return page.slice(0, begin) + block + page.slice(page.indexOf(END) + END.length);
  return page.replace('\n## Investigation\n', () => `\n${block}\n\n## Investigation\n`);
}

const indexBlock = (): string =>
  [
    BEGIN,
    '',
    '| alarm (`quoteq-<stage>/…`) | severity | what it means |',
    '| --- | --- | --- |',
    ...ALARMS.map(({ slug, severity, meaning }) => `| ${alarmLink(slug)} | ${severity} | ${meaning} |`),
    ...Object.entries(RELEASE_ALARM_MEANINGS).map(
      ([slug, meaning]) => `| ${alarmLink(slug)} | takes a release back | ${meaning} |`,
    ),
    '',
    END,
  ].join('\n');

function errorSection(code: ErrorCode): string {
  const { kind, text, runbook, alarms } = rowOf(code);
  const rung = alarms.map(alarmLink);
  return [
    `## ${code}`,
    '',
    `${text} (${kind})`,
    '',
    `- First: ${runbook}`,
    `- Alarms: ${rung.length === 0 ? 'none; the caller gets the error.' : `${rung.join(', ')}.`}`,
  ].join('\n');
}

/** `runbooks/errors.md`, before it is formatted. */
export const errorsPage = (): string =>
  [
    '# Errors',
    '',
    'This page lists each code of the closed list (`lambdas/shared/contracts/error-codes.ts`) with its meaning, the first thing to do, and the alarms that it may ring. The kind of a code is the retry decision: `retryable` was certainly not applied, `unknown` is probed first, `terminal` never succeeds, `conflict` means that another caller changed the task first. `npm run generate` writes this page.',
    '',
    ...ALL_ERROR_CODES.map((code) => `${errorSection(code)}\n`),
  ].join('\n');

/** A file with its up-to-date generated part. */
export interface GeneratedPage {
  readonly file: URL;
  readonly text: string;
}

/** Every runbook page that has a generated part, before it is formatted. */
export async function runbookPages(): Promise<readonly GeneratedPage[]> {
  const blocks: readonly (readonly [URL, string])[] = [
    [INDEX_PAGE, indexBlock()],
    ...ALARMS.map((definition) => [alarmPage(definition.slug), alarmFacts(definition)] as const),
  ];
  const pages = blocks.map(async ([file, block]) => ({
    file,
    text: withBlock(await readFile(file, 'utf8'), block),
  }));
  return [{ file: ERRORS_PAGE, text: errorsPage() }, ...(await Promise.all(pages))];
}

/** Writes the pages. @throws {Error} if an alarm has no page yet, which must be written first */
export async function writeRunbookPages(format: (text: string) => Promise<string>): Promise<void> {
  for (const { file, text } of await runbookPages()) await writeFile(file, await format(text));
}
