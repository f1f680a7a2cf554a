/** The deployment commands of the documents, parsed like by the app. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../lib/config/read-config.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');

interface DeployCommand {
  readonly file: string;
  /** Context from `-c`. */
  readonly context: Readonly<Record<string, string>>;
}

const PAGES = ['README.md', 'CONTRIBUTING.md', ...['docs', 'runbooks'].flatMap(pagesBelow)];

function pagesBelow(folder: string): readonly string[] {
  return readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file));
}

const commandsOf = (file: string): readonly DeployCommand[] =>
  [...readFileSync(join(REPOSITORY, file), 'utf8').matchAll(/npx cdk deploy (?:\\\n|[^\n`])*/g)].map(
    ([command]) => ({
      file,
      context: Object.fromEntries(
        [...command.matchAll(/-c (?<key>[^\s=]+)=(?<value>\S+)/g)].map(({ groups = {} }) => [
          groups['key'] ?? '',
          groups['value'] ?? '',
        ]),
      ),
    }),
  );

const commands = PAGES.flatMap(commandsOf);
const commandOf = (file: string): DeployCommand => {
  const found = commands.find((command) => command.file === file);
  if (found === undefined) throw new RangeError(`file: expected a page with a deployment, got ${file}`);
  return found;
};

describe('the commands that deploy', () => {
  it('are in the known pages', () => {
    expect(commands.map(({ file }) => file).toSorted()).toEqual([
      'README.md',
      'docs/deploy-checklist.md',
      'docs/deploy-checklist.md',
      'docs/slack-setup.md',
      'runbooks/procedures/roll-back.md',
    ]);
  });

  it.each(commands)('have in $file every setting that their stage needs', ({ context }) => {
    expect(context['stage']).toMatch(/^(?:dev|prod)$/);
    expect(readConfig({ context, env: {} }).stage).toBe(context['stage']);
  });

  it('have for a rollback every setting of the previous deployment', () => {
    const deployed = commandOf('README.md').context;

    expect(commandOf('runbooks/procedures/roll-back.md').context).toMatchObject(deployed);
  });
});
