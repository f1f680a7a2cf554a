import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import cdk from '../../cdk.json' with { type: 'json' };

const APP = join(import.meta.dirname, '../../lib/app.ts');

it('exits with one line and code 1 for a wrong setting', () => {
  const CDK_CONTEXT_JSON = JSON.stringify({ stage: 'staging' });

  const { status, stdout, stderr } = spawnSync(process.execPath, [APP], {
    env: { CDK_CONTEXT_JSON },
    encoding: 'utf8',
  });

  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr: '-c stage: expected one of local, dev, prod, got "staging"\n',
  });
});

it("ends on a template that does not compile with the compiler's message, file and line", () => {
  const dir = mkdtempSync(join(tmpdir(), 'quoteq-template-'));
  const pdfTemplate = join(dir, 'brand.typ');
  writeFileSync(pdfTemplate, '= Offer\n#total(quote)\n');

  const { status, stdout, stderr } = spawnSync(process.execPath, [APP], {
    env: { CDK_CONTEXT_JSON: JSON.stringify({ ...cdk.context, pdfTemplate }) },
    encoding: 'utf8',
  });

  rmSync(dir, { recursive: true });
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr: '-c pdfTemplate: brand.typ:2:2: unknown variable: total\n',
  });
});
