import { describe, expect, it } from 'vitest';
import { commandsOf, filled, isAsSaid, unknownFences } from '../../local/support/runbook-commands.ts';

const fence = (info: string, body: string, indent = ''): string =>
  ['```' + info, body, '```'].map((line) => `${indent}${line}`).join('\n');

describe('commandsOf', () => {
  it('treats a text block as the output of the previous block, also inside a list', () => {
    const page = `# Page\n\n1. Do:\n\n${fence('sh', 'echo a', '   ')}\n\n${fence('text', 'a', '   ')}\n\n${fence('sh', 'echo b')}\n`;

    expect(commandsOf(page)).toEqual([
      { line: 5, script: 'echo a\n', output: 'a\n', exitCode: 0 },
      { line: 13, script: 'echo b\n', exitCode: 0 },
    ]);
  });

  it('reads why a block is not run here, and its exit code', () => {
    const page = [
      fence('sh aws-only no CodeDeploy here', 'a'),
      fence('sh tested-by test/x.test.ts', 'b'),
      fence('sh exits 1', 'c'),
    ].join('\n');

    expect(commandsOf(page)).toMatchObject([
      { awsOnly: 'no CodeDeploy here' },
      { testedBy: 'test/x.test.ts' },
      { exitCode: 1 },
    ]);
    expect(unknownFences(page)).toEqual([]);
  });

  it.each(['sh aws-only', 'sh aws_only because', 'sh exits one', 'sh later'])(
    'skips no block because of the typo %s',
    (info) => {
      expect(unknownFences(fence(info, 'a'))).toEqual([info]);
    },
  );
});

describe('isAsSaid', () => {
  it.each([
    ['a  b\n', 'a b', true],
    ['a b\n', 'a c', false],
    ['1 message handed\n', '… handed', true],
    ['pdf.render  runs\n', 'pdf.render runs …', true],
    ['head\nx\ny\ntail\n', 'head\n…\ntail', true],
    ['head\ntail\n', 'head\n…\ntail', true],
    ['head\nx\n', 'head\n…\ntail', false],
    ['head\nmore\n', 'head', false],
    ['a (b) [c]\n', 'a (b) [c]', true],
    ['a.b\n', 'a+b', false],
    ['', '', true],
    ['x\n', '', false],
  ])('compares %j with %j', (printed, said, expected) => {
    expect(isAsSaid(printed, said)).toBe(expected);
  });
});

describe('filled', () => {
  it('fills every placeholder at every place', () => {
    expect(filled('show task-1… task-2… task-1…', { 'task-1…': 'a', 'task-2…': 'b' })).toBe('show a b a');
  });
});
