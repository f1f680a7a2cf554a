/** `preview`: writes the PDF of a quote at once, without any environment. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { QuoteRenderer, type RenderedQuote } from '../../../lambdas/actions/pdf/engine/index.ts';
import { TemplateRefused } from '../../../lib/shared/template-refused.ts';
import { makeTypesetterFolder } from '../../../lib/shared/typesetter-folder.ts';
import { CliError } from '../cli-error.ts';
import { onChange } from '../preview/preview-files.ts';
import { readSnapshotFile } from '../preview/snapshot-file.ts';
import { print, printAside } from '../terminal/print.ts';

/** Options of the command. */
export interface PreviewOptions {
  /** The file that is written. */
  readonly out: string;
  /** A team's own template. @default the one of this repository */
  readonly template?: string;
  /** Writes it again after every change, until the command is stopped. */
  readonly watch?: boolean;
}

function templateOf({ template }: PreviewOptions): string | undefined {
  if (template === undefined) return undefined;
  if (!template.endsWith('.typ') || !existsSync(template))
    throw new CliError(`--template: expected the path of a .typ file, got ${template}`);
  return path.resolve(template);
}

/** The cause names file and line of a template that fails on this quote. */
const reasonOf = (thrown: Error): string =>
  thrown.cause instanceof Error ? thrown.cause.message : thrown.message;

/** Renders with a typesetter's folder that lives as long as the rendering. */
async function rendered(file: string, template: string | undefined): Promise<RenderedQuote> {
  const snapshot = readSnapshotFile(file);
  const dir = mkdtempSync(path.join(tmpdir(), 'quoteq-preview-'));
  let renderer: QuoteRenderer | undefined;
  try {
    makeTypesetterFolder(dir, template);
    renderer = new QuoteRenderer(dir);
    return await renderer.render(snapshot);
  } catch (thrown) {
    if (thrown instanceof TemplateRefused)
      throw new CliError(`--template: ${thrown.message}`, { cause: thrown });
    if (thrown instanceof Error && thrown.name === 'PdfRenderFailed')
      throw new CliError(`${file}: ${reasonOf(thrown)}`, { cause: thrown });
    throw thrown;
  } finally {
    renderer?.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

const STANDARDS: Readonly<Record<string, string>> = {
  'ua-1': 'PDF/UA-1, accessible',
  'a-2u': 'PDF/A-2u; not PDF/UA-1: see docs/quote-template.md',
};

function resultText(out: string, { pdf, boxCount, standard }: RenderedQuote): string {
  const lines = [`${out}: ${pdf.length} bytes, ${STANDARDS[standard] ?? `PDF ${standard}`}`];
  if (boxCount > 0) lines.push(`${boxCount} characters have no glyph in any font and are shown as a box`);
  return lines.join('\n');
}

async function write(file: string, options: PreviewOptions): Promise<void> {
  const result = await rendered(file, templateOf(options));
  writeFileSync(options.out, result.pdf);
  print(resultText(options.out, result));
}

/** While watching, a mistake is printed and the next change tried. Any other error is a fault of this program. */
async function writeOrSay(file: string, options: PreviewOptions): Promise<void> {
  try {
    await write(file, options);
  } catch (thrown) {
    if (!(thrown instanceof CliError)) throw thrown;
    printAside(thrown.message);
  }
}

/**
 * `quoteq preview FILE --out FILE`.
 * @param signal ends `--watch`; the command line has none, because Ctrl-C ends the process
 * @throws {CliError} on an invalid quote, or a template that does not compile
 */
export async function preview(file: string, options: PreviewOptions, signal?: AbortSignal): Promise<void> {
  if (options.watch !== true) return write(file, options);
  const template = templateOf(options);
  const folder = template === undefined ? undefined : path.dirname(template);
  let last = writeOrSay(file, options);
  const again = (): void => {
    last = last.then(() => writeOrSay(file, options));
  };
  onChange(file, folder, again, signal ?? new AbortController().signal);
  await last;
}
