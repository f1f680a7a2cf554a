import { describe, expect, it } from 'vitest';
import { LiveBlock } from '../../../../tools/cli/terminal/live-block.ts';

/** The output to a terminal or a log. */
function recorder(isTTY: boolean, columns = 20) {
  const sent: string[] = [];
  const stream = {
    isTTY,
    columns,
    write: (text: string | Uint8Array) => {
      sent.push(String(text));
      return true;
    },
  };
  return { sent, stream };
}

describe('LiveBlock', () => {
  it('overwrites its earlier output in a terminal, counting the rows of long lines', () => {
    const { sent, stream } = recorder(true);
    const block = new LiveBlock(stream);

    block.show(`short\n${'x'.repeat(41)}`);
    block.show('next');

    expect(sent).toEqual([`\u001B[Jshort\n${'x'.repeat(41)}\n`, '\u001B[4A\u001B[Jnext\n']);
  });

  it('does not print unchanged lines again', () => {
    const { sent, stream } = recorder(true);
    const block = new LiveBlock(stream);

    block.show('same');
    block.show('same');

    expect(sent).toHaveLength(1);
  });

  it('prints only changed lines if the output cannot be overwritten', () => {
    const { sent, stream } = recorder(false);
    const block = new LiveBlock(stream);

    block.show('head\na  1\nb  1');
    block.show('head\na    1\nb    2');

    expect(sent).toEqual(['head\na  1\nb  1\n', 'b    2\n']);
  });
});
