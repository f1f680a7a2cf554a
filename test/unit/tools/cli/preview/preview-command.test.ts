import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { preview } from '../../../../../tools/cli/commands/preview-command.ts';
import { pageTexts } from '../../../actions/pdf/engine/read-pdf.ts';
import { quoteSnapshot } from '../../../actions/pdf/engine/snapshots.ts';

let dir: string;
let out: string;
let quote: string;
let written: string[];
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'quoteq-preview-test-'));
  out = path.join(dir, 'quote.pdf');
  quote = path.join(dir, 'quote.json');
  writeFileSync(quote, JSON.stringify({ snapshot: quoteSnapshot(), actions: [] }));
  written = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true, force: true });
});

const template = (source: string): string => {
  const file = path.join(dir, 'brand', 'own.typ');
  writeFileSync(file, source);
  return file;
};
const textOf = async (): Promise<string> => (await pageTexts(readFileSync(out))).join('');
const printed = (): string => written.join('');

describe('quoteq preview', () => {
  it('writes the PDF of a quote file, and says which standard it meets', async () => {
    await preview(quote, { out });

    expect(await textOf()).toContain('Warehouse automation');
    expect(printed()).toContain('PDF/UA-1');
  });

  it('takes a snapshot alone, and counts what no font has', async () => {
    writeFileSync(quote, JSON.stringify(quoteSnapshot({ notes: 'ꀀꀁ' })));

    await preview(quote, { out });

    expect(printed()).toContain('2 characters have no glyph');
  });

  it('names the field of a quote that is not as documented', async () => {
    writeFileSync(quote, JSON.stringify({ snapshot: quoteSnapshot({ revision: 0 }) }));

    await expect(preview(quote, { out })).rejects.toMatchObject({
      name: 'CliError',
      message: expect.stringContaining('/snapshot/revision'),
    });
  });
});

describe('quoteq preview --template', () => {
  beforeEach(() => mkdirSync(path.join(dir, 'brand')));

  it("sets the quote with a team's own template", async () => {
    const own = template('#set text(font: "Noto Sans")\nOffer #json(bytes(sys.inputs.quote)).total');

    await preview(quote, { out, template: own });

    expect(await textOf()).toBe('Offer €17,628.66');
    expect(printed()).toContain('docs/quote-template.md');
  });

  it('refuses one that does not compile, with file and line', async () => {
    await expect(preview(quote, { out, template: template('#foo') })).rejects.toThrow(
      '--template: own.typ:1:2: unknown variable: foo',
    );
  });

  it('refuses one that is not there', async () => {
    await expect(preview(quote, { out, template: path.join(dir, 'none.typ') })).rejects.toThrow(
      '--template: expected the path of a .typ file',
    );
  });

  it('with --watch, writes again when the template changes, and goes on after a mistake in it', async () => {
    const stop = new AbortController();
    const aside = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const own = template('#set text(font: "Noto Sans")\nfirst');
    await preview(quote, { out, template: own, watch: true }, stop.signal);
    expect(await textOf()).toBe('first');
    const before = statSync(out).mtimeMs;

    template('#foo');
    await vi.waitFor(
      () => expect(aside).toHaveBeenCalledWith(expect.stringContaining('unknown variable')),
      20_000,
    );
    template('#set text(font: "Noto Sans")\nsecond');
    await vi.waitFor(() => expect(statSync(out).mtimeMs).toBeGreaterThan(before), 20_000);
    stop.abort();

    expect(await textOf()).toBe('second');
  });
});
