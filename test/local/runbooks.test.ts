/** Runs every command of every runbook page like an operator and compares the output with the page. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { REPOSITORY_ROOT } from '../../tools/paths.ts';
import { outputs } from './support/queue.ts';
import {
  type CommandBlock,
  commandsOf,
  filled,
  isAsSaid,
  runScript,
  unknownFences,
} from './support/runbook-commands.ts';
import { prepare, type Situation } from './support/runbook-situations.ts';

const RUNBOOKS = join(REPOSITORY_ROOT, 'runbooks');
/** Commands that need AWS must stay the exception. */
const MAX_AWS_ONLY = 9;

/** Pages about CloudFormation on AWS, which the local AWS lacks; another test compares their names with the templates. */
const OF_AWS: ReadonlyMap<string, string> = new Map([
  ['procedures/recover-a-failed-deployment.md', 'test/contract/recovery-page.test.ts'],
]);

/** Pages whose commands run for minutes or on their own table: each has its own test. */
const TESTED_ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['procedures/roll-back.md', 'test/contract/roll-back-page.test.ts'],
  ['drills/README.md', 'test/drills'],
]);

const pages = readdirSync(RUNBOOKS, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.md'))
  .map((file) => ({ file, text: readFileSync(join(RUNBOOKS, file), 'utf8') }));
const blocks = pages.flatMap(({ text }) => commandsOf(text));
const isRunHere = ({ awsOnly, testedBy }: CommandBlock): boolean =>
  awsOnly === undefined && testedBy === undefined;
const runnable = pages.filter(
  ({ file, text }) => !TESTED_ELSEWHERE.has(file) && commandsOf(text).some(isRunHere),
);

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'quoteq-runbooks-'));
  writeFileSync(join(root, 'outputs.json'), JSON.stringify(outputs), { mode: 0o600 });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs a block; returns the differences from the page. */
async function run(
  block: CommandBlock,
  { placeholders, typed = [] }: Situation,
  asked: number,
  signal: AbortSignal,
) {
  const { script, output = '…', line, exitCode } = block;
  const input = script.includes('read -rs') ? `${typed[asked] ?? ''}\n` : '';
  const result = await runScript(filled(script, placeholders), { QUOTEQ_LOCAL_ROOT: root }, input, signal);
  const said = filled(output, placeholders);
  const isRight = result.exitCode === exitCode && isAsSaid(result.printed, said);
  return isRight ? [] : [{ line, script, said, ...result }];
}

describe('the commands of the runbooks', () => {
  it('are shell blocks that the test knows', () => {
    expect(pages.flatMap(({ file, text }) => unknownFences(text).map((info) => `${file}: ${info}`))).toEqual(
      [],
    );
    expect(blocks.length).toBeGreaterThan(20);
  });

  it('within a sentence exist', async () => {
    const { printed } = await runScript('npm run quoteq -- --help', {});
    const known = new Set([...printed.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name));
    const inline = pages.flatMap(({ file, text }) =>
      [...text.matchAll(/`(?:npm run )?quoteq (?:-- )?([a-z-]+)[^`]*`/g)].map(([, name = '']) => ({
        file,
        name,
      })),
    );

    expect(known).toContain('show');
    expect(inline.filter(({ name }) => !known.has(name))).toEqual([]);
  });

  it('are rarely left to AWS or to an existing separate test', () => {
    const others = pages.filter(({ file }) => !OF_AWS.has(file)).flatMap(({ text }) => commandsOf(text));
    expect(others.filter(({ awsOnly }) => awsOnly !== undefined).length).toBeLessThanOrEqual(MAX_AWS_ONLY);
    const tests = [
      ...OF_AWS.values(),
      ...blocks.flatMap(({ testedBy }) => testedBy ?? []),
      ...pages.flatMap(({ file }) => TESTED_ELSEWHERE.get(file) ?? []),
    ];
    expect(tests.filter((test) => !existsSync(join(REPOSITORY_ROOT, test)))).toEqual([]);
  });

  it.for(runnable)(
    'of $file work as written and print the output of the page',
    async ({ file, text }, { signal }) => {
      const situation = await prepare(file);
      onTestFinished(() => situation.cleanUp());
      const wrong = [];
      let asked = 0;

      for (const block of commandsOf(text).filter(isRunHere)) {
        wrong.push(...(await run(block, situation, asked, signal)));
        if (block.script.includes('read -rs')) asked += 1;
      }

      expect(wrong).toEqual([]);
    },
  );
});
