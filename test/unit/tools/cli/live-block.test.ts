import { describe, expect, it } from 'vitest';
import { LiveBlock } from '../../../../tools/cli/terminal/live-block.ts';

/** What a terminal, or a log, is sent. */
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
  it('draws over what it drew before in a terminal, counting the rows that long lines take', () => {
    const { sent, stream } = recorder(true);
    const block = new LiveBlock(stream);

    block.show(`short\n${'x'.repeat(41)}`);
    block.show('next');

    expect(sent).toEqual([`\u001B[Jshort\n${'x'.repeat(41)}\n`, '\u001B[4A\u001B[Jnext\n']);
  });

  it('prints nothing again that has not changed', () => {
    const { sent, stream } = recorder(true);
    const block = new LiveBlock(stream);

    block.show('same');
    block.show('same');

    expect(sent).toHaveLength(1);
  });

  it('prints only the lines that changed where nothing can be drawn over', () => {
    const { sent, stream } = recorder(false);
    const block = new LiveBlock(stream);

    block.show('head\na  1\nb  1');
    block.show('head\na    1\nb    2');

    expect(sent).toEqual(['head\na  1\nb  1\n', 'b    2\n']);
  });
});
