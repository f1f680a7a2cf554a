/** The commands of a runbook page, and the comparison of their output with the page. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { REPOSITORY_ROOT } from '../../../tools/paths.ts';

/** A block of commands of a page. */
export interface CommandBlock {
  /** Line of the page with its fence, from 1. */
  readonly line: number;
  readonly script: string;
  /** The expected output; absent if the page shows none. */
  readonly output?: string;
  /** The exit code by the page. */
  readonly exitCode: number;
  /** Why it cannot run on the local AWS. */
  readonly awsOnly?: string;
  /** Test that runs it in its own way. */
  readonly testedBy?: string;
}

interface Fence {
  readonly line: number;
  readonly info: string;
  readonly body: string;
}

/** Every fenced block, also those inside lists. */
function fencesOf(page: string): readonly Fence[] {
  const found = page.matchAll(/^(?<indent> *)```(?<info>[^\n`]+)\n(?<body>[\s\S]*?)^ *```$/gm);
  return [...found].map(({ groups = {}, index }) => ({
    line: page.slice(0, index).split('\n').length,
    info: (groups['info'] ?? '').trim(),
    body: (groups['body'] ?? '').replaceAll(new RegExp(`^${groups['indent'] ?? ''}`, 'gm'), ''),
  }));
}

const isShell = ({ info }: Fence): boolean => /^sh\b/.test(info);
const after = (info: string, word: string): string | undefined =>
  new RegExp(`^sh ${word} (.+)$`).exec(info)?.[1];

/** The commands of a page in order; a following `text` block is the output. */
export function commandsOf(page: string): readonly CommandBlock[] {
  const fences = fencesOf(page);
  return fences.flatMap((fence, index) => {
    if (!isShell(fence)) return [];
    const next = fences[index + 1];
    const awsOnly = after(fence.info, 'aws-only');
    const testedBy = after(fence.info, 'tested-by');
    return [
      {
        line: fence.line,
        script: fence.body,
        exitCode: Number(after(fence.info, 'exits') ?? 0),
        ...(next?.info === 'text' ? { output: next.body } : {}),
        ...(awsOnly === undefined ? {} : { awsOnly }),
        ...(testedBy === undefined ? {} : { testedBy }),
      },
    ];
  });
}

/** Unknown fence infos: because of a typo, the test would skip a command. */
export const unknownFences = (page: string): readonly string[] =>
  fencesOf(page)
    .filter(isShell)
    .map(({ info }) => info)
    .filter((info) => !/^sh( aws-only .+| tested-by \S+| exits \d+)?$/.test(info));

/** Placeholders of a page, e.g. `task-…`, and their values. */
export type Placeholders = Readonly<Record<string, string>>;

/** The text with its placeholders replaced. */
export const filled = (template: string, placeholders: Placeholders): string =>
  Object.entries(placeholders).reduce((filling, [name, value]) => filling.replaceAll(name, value), template);

const squeezed = (line: string): string => line.trim().replaceAll(/\s+/g, ' ');
const linesOf = (printed: string): readonly string[] =>
  printed
    .split('\n')
    .map(squeezed)
    .filter((line) => line !== '');

const escaped = (literal: string): string => literal.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);

const pattern = (line: string): string =>
  line === '…'
    ? String.raw`(?:[^\n]*\n)*?`
    : `${line
        .split(/ ?…/)
        .map(escaped)
        .join(String.raw`[^\n]*`)}\\n`;

/** Whether `printed` matches the page: `…` matches any text within a line, and alone on a line any lines; spaces are ignored. */
export function isAsSaid(printed: string, said: string): boolean {
  const expected = new RegExp(`^${linesOf(said).map(pattern).join('')}$`, 'u');
  return expected.test(
    linesOf(printed)
      .map((line) => `${line}\n`)
      .join(''),
  );
}

/** Output of a script, both streams in order. */
export interface RunResult {
  readonly printed: string;
  readonly exitCode: number | null;
}

/**
 * Runs a script in the repository like an operator.
 * @param env variables besides those of the test
 * @param input what the operator types
 * @param signal ends the script and all processes that it has started
 */
export async function runScript(
  script: string,
  env: Readonly<Record<string, string>>,
  input = '',
  signal?: AbortSignal,
): Promise<RunResult> {
  const child = spawn('bash', ['-c', `set -eo pipefail; exec 2>&1\n${script}`], {
    cwd: REPOSITORY_ROOT,
    // npm's own two lines about the script are not output of the command.
    env: { ...process.env, npm_config_loglevel: 'silent', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
    // Its own process group, so that npm and its children end with it.
    detached: true,
  });
  const stop = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid);
  };
  signal?.addEventListener('abort', stop, { once: true });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const printed = await text(child.stdout);
  const exitCode = await ended;
  signal?.removeEventListener('abort', stop);
  return { printed, exitCode };
}
