import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { documentKey, QuoteRenderer } from '../../../../../lambdas/actions/pdf/engine/index.ts';
import { makeTypesetterFolder } from '../../../../../lib/shared/typesetter-folder.ts';
import { pageTexts } from './read-pdf.ts';
import { type OwnRenderer, ownRenderer } from './renderer.ts';
import { quoteSnapshot } from './snapshots.ts';

const EXAMPLES = path.resolve(import.meta.dirname, '../../../../../examples/templates');
const root = mkdtempSync(path.join(tmpdir(), 'quote-templates-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let counted = 0;
/** A folder with a template. */
function templateOf(source: string): string {
  counted += 1;
  const dir = path.join(root, String(counted));
  mkdirSync(dir);
  const file = path.join(dir, 'own.typ');
  writeFileSync(file, source);
  return file;
}

const own: OwnRenderer[] = [];
const rendererOf = (source: string, ...limits: [Parameters<typeof ownRenderer>[1]?]): QuoteRenderer => {
  const made = ownRenderer(templateOf(source), ...limits);
  own.push(made);
  return made.renderer;
};
afterEach(() => {
  for (const { remove } of own.splice(0)) remove();
});

const HEAD = '#let quote = json(bytes(sys.inputs.quote))\n#set text(font: quote.fonts, lang: "en")\n';
/** A template that does something for quotes of one title, so that the trial before its use does not find it. */
const onlyFor = (title: string, source: string): string =>
  `${HEAD}#if quote.title == "${title}" [${source}] else [fine]`;
const failureOf = async (rendering: Promise<unknown>): Promise<string> => {
  const thrown = await rendering.then(
    () => undefined,
    (error: unknown) => error,
  );
  return thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause.message : String(thrown);
};

describe("a team's template", () => {
  it('gets the data and the helpers', async () => {
    const renderer = rendererOf(
      `${HEAD}#import "/quoteq/text.typ": paragraphs\n#set document(title: "Offer")\n#paragraphs(quote.seller.name)\nOffer #quote.total`,
    );

    const { pdf } = await renderer.render(quoteSnapshot());

    expect((await pageTexts(pdf)).join('')).toContain('Northwind AutomationOffer €17,628.66');
  });

  it.each(['plain/letter.typ', 'brand/offer.typ'])(
    'makes an accessible document of the example %s',
    async (file) => {
      const made = ownRenderer(path.join(EXAMPLES, file));
      own.push(made);

      const { pdf, standard } = await made.renderer.render(quoteSnapshot());

      expect(standard).toBe('ua-1');
      expect((await pageTexts(pdf)).join('')).toContain('€17,628.66');
    },
  );

  it('falls back to an archivable document if it has no title', async () => {
    const { standard } = await rendererOf(`${HEAD}Offer`).render(quoteSnapshot());

    expect(standard).toBe('a-2u');
  });

  it.each([
    ['#let x =', 'own.typ:1:9: expected expression'],
    [`${HEAD}\n#foo(1)`, 'own.typ:4:2: unknown variable: foo'],
    [`${HEAD}#quote.customer.address`, 'own.typ:3:17: dictionary does not contain key "address"'],
    ['#import "@preview/cetz:0.3.4": *', 'own.typ:1:9: failed to download package'],
  ])('is refused before it is used, with file, line and message: %j', (source, message) => {
    expect(() => ownRenderer(templateOf(source))).toThrow(
      expect.objectContaining({ name: 'TemplateRefused', message: expect.stringContaining(message) }),
    );
  });

  it.each(['/etc/hostname', '../version', '../../secret.txt'])(
    'reads no file outside its folder: %s',
    async (file) => {
      const failure = await failureOf(
        rendererOf(onlyFor('reads', `#read("${file}")`)).render(quoteSnapshot({ title: 'reads' })),
      );

      expect(failure).toMatch(/file not found|cannot read file outside/);
    },
  );

  it('has no way to the network, also not by a proxy of its parent', async () => {
    let connections = 0;
    const proxy = createServer().on('connection', (socket) => {
      connections += 1;
      socket.destroy();
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const address = proxy.address();
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);

    const source = onlyFor('loads', '#import "@preview/cetz:0.3.4": *');
    const failure = await failureOf(rendererOf(source).render(quoteSnapshot({ title: 'loads' })));

    expect(failure).toContain('failed to download package');
    expect(connections).toBe(0);
    vi.unstubAllEnvs();
    proxy.close();
  });

  it('may not lie beside a link, which could lead out of its folder', () => {
    const file = templateOf(HEAD);
    symlinkSync('/etc/hostname', path.join(path.dirname(file), 'logo.svg'));

    expect(() => makeTypesetterFolder(path.join(root, 'refused'), file)).toThrow(
      /logo\.svg: .*symbolic link/,
    );
  });
});

const ENDLESS = '#for i in range(10000000) { for j in range(10000) { let x = j } }';
const GREEDY = '#let grow(n) = range(n).map(i => range(100000).map(it => str(it + i)))\n#grow(400).len()';

describe('the limits of a document', () => {
  it('refuse a template that takes too long on a trial', () => {
    expect(() => makeTypesetterFolder(path.join(root, 'slow'), templateOf(ENDLESS), { timeMs: 800 })).toThrow(
      'The template took more than 800 ms.',
    );
  });

  it('end one that takes too long, and the next one gets a new process', async () => {
    const renderer = rendererOf(onlyFor('endless', ENDLESS), { timeMs: 1_500, memoryMb: 1_000 });

    const failure = await failureOf(renderer.render(quoteSnapshot({ title: 'endless' })));
    const { pdf } = await renderer.render(quoteSnapshot());

    expect(failure).toBe('The document took more than 1500 ms.');
    expect((await pageTexts(pdf)).join('')).toBe('fine');
  });

  it('end one that takes too much memory', async () => {
    const renderer = rendererOf(onlyFor('greedy', GREEDY), { timeMs: 60_000, memoryMb: 300 });

    expect(await failureOf(renderer.render(quoteSnapshot({ title: 'greedy' })))).toBe(
      'The document took more than 300 MB.',
    );
  });
});

describe('the version of the renderer', () => {
  it('is the same for the same sources, and another one for another template', () => {
    const first = rendererOf(HEAD);
    const same = rendererOf(HEAD);
    const other = rendererOf(`${HEAD} `);

    expect(same.version).toBe(first.version);
    expect(other.version).not.toBe(first.version);
    expect(documentKey(quoteSnapshot(), other.version)).not.toBe(documentKey(quoteSnapshot(), first.version));
  });
});
