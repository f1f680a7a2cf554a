/** Ctrl-C in `local up`, at each of its steps: it leaves no process, no folder and no file. */
import { spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { LOCAL_ROOT, REPOSITORY_ROOT } from '../../tools/paths.ts';

interface Place {
  readonly root: string;
  readonly temporary: string;
}

/** A root with only the emulator installed, and its own temporary folder. */
function freshPlace(): Place {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'quoteq-interrupted-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const place = { root: join(folder, 'root'), temporary: join(folder, 'temporary') };
  mkdirSync(place.root);
  mkdirSync(place.temporary);
  symlinkSync(join(LOCAL_ROOT, 'venv'), join(place.root, 'venv'));
  return place;
}

/** Starts `local up` and sends the signals as soon as it reports the step; returns its end and its output. */
async function interrupted({ root, temporary }: Place, step: string, signals: readonly NodeJS.Signals[]) {
  const up = spawn(process.execPath, ['tools/quoteq.ts', 'local', 'up'], {
    cwd: REPOSITORY_ROOT,
    env: { ...process.env, QUOTEQ_LOCAL_ROOT: root, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) => {
    up.once('exit', (code, signal) => resolve(signal ?? code));
  });
  const said: string[] = [];
  createInterface({ input: up.stderr }).on('line', (line) => said.push(line));
  for await (const line of createInterface({ input: up.stdout })) {
    said.push(line.trim());
    if (line.trim() === step) for (const signal of signals) up.kill(signal);
  }
  return { ended: await ended, said };
}

const environOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
};

/** Processes with the folder in their environment. */
const processesOf = ({ root, temporary }: Place): readonly string[] =>
  readdirSync('/proc').filter(
    (name) =>
      /^\d+$/.test(name) && [root, temporary].some((folder) => environOf(name).includes(`=${folder}`)),
  );

it.each<[step: string, signals: readonly NodeJS.Signals[]]>([
  ['Starting the fault proxy and the CRM', ['SIGINT']],
  ['Checking the local AWS', ['SIGINT', 'SIGINT']],
  ['Starting the local AWS', ['SIGINT']],
  ['Bootstrapping the Region', ['SIGTERM']],
  ['Deploying the stacks', ['SIGINT', 'SIGINT']],
  ['Setting up secrets, TTL and the CRM', ['SIGHUP']],
  ['Warming up the functions', ['SIGINT']],
])('leaves nothing at "%s"', async (step, signals) => {
  const place = freshPlace();

  const { ended, said } = await interrupted(place, step, signals);

  expect({ said: said.slice(said.indexOf(step)), ended }).toMatchObject({
    said: expect.arrayContaining([step, 'Interrupted: stopping what was started']),
    ended: signals[0],
  });
  expect(said.filter((line) => line.startsWith('error'))).toEqual([]);
  expect(processesOf(place)).toEqual([]);
  expect({ root: readdirSync(place.root), temporary: readdirSync(place.temporary) }).toEqual({
    root: ['venv'],
    temporary: [],
  });
});
