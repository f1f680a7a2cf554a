/** The templates of every stage and option, checked by cfn-lint. It is written in Python, like the local AWS. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { templatesOf, VARIANTS } from '../infra/template-variants.ts';
import { IGNORED_FINDINGS, type IgnoredFinding } from './support/cfn-lint/ignored-findings.ts';
import { type Finding, lint } from './support/cfn-lint/lint.ts';

const folder = mkdtempSync(join(tmpdir(), 'quoteq-cfn-lint-'));
/** Ends running processes after a hook has timed out. */
const atEnd = new AbortController();
afterAll(() => {
  atEnd.abort();
  rmSync(folder, { recursive: true, force: true });
});

/** Writes each template once; returns the files by Region. */
const writeTemplates = (): ReadonlyMap<string, readonly string[]> => {
  const known = new Set<string>();
  const files = VARIANTS.flatMap((variant) =>
    templatesOf(variant).flatMap(({ stack, region, template }) => {
      const text = JSON.stringify(template);
      if (known.has(text)) return [];
      known.add(text);
      const file = join(folder, `${variant.name.replaceAll(/\W+/g, '-')}.${stack}.json`);
      writeFileSync(file, text);
      return [{ region, file }];
    }),
  );
  return new Map(
    [...Map.groupBy(files, ({ region }) => region)].map(([region, of]) => [
      region,
      of.map(({ file }) => file),
    ]),
  );
};

const isMatched = ({ rule, about }: IgnoredFinding, { Rule, Message }: Finding): boolean =>
  Rule.Id === rule && Message.includes(about);

const sentenceOf = ({ Filename, Rule, Message, Location }: Finding): string =>
  `${basename(Filename)} ${Location.Path?.join('/') ?? ''}: ${Rule.Id} ${Message}`;

let findings: readonly Finding[];
beforeAll(async () => {
  const byRegion = [...writeTemplates()];
  findings = (await Promise.all(byRegion.map(([region, files]) => lint(region, files, atEnd.signal)))).flat();
  // The first run also installs it; a template takes about five seconds on an idle core.
}, 1_800_000);

describe('cfn-lint', () => {
  it('finds no error and no warning in any template', () => {
    const left = findings.filter(
      (finding) => !IGNORED_FINDINGS.some((ignored) => isMatched(ignored, finding)),
    );

    expect(left.map(sentenceOf)).toEqual([]);
  });

  it('has a finding for each ignored one, with a reason', () => {
    const without = IGNORED_FINDINGS.filter(
      (ignored) => !findings.some((finding) => isMatched(ignored, finding)),
    );

    expect(without).toEqual([]);
    for (const { reason } of IGNORED_FINDINGS) expect(reason).toMatch(/^[A-Z].{20,}\.$/);
  });

  it('finds a circular dependency through UpdatePolicy', async () => {
    const role = { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: { Ref: 'Alias' } } };
    const alias = {
      Type: 'AWS::Lambda::Alias',
      UpdatePolicy: {
        CodeDeployLambdaAliasUpdate: { ApplicationName: { Ref: 'Role' }, DeploymentGroupName: 'g' },
      },
      Properties: { FunctionName: 'f', FunctionVersion: '1', Name: 'live' },
    };
    const file = join(folder, 'circle.json');
    writeFileSync(file, JSON.stringify({ Resources: { Role: role, Alias: alias } }));

    const found = await lint('eu-central-1', [file], atEnd.signal);

    expect(found.map(({ Rule }) => Rule.Id)).toContain('E3004');
  });
});
