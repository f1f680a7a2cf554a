/**
 * The process that runs the compiler. It is the only code that loads it: a process can be stopped when a document takes too
 * long or too much memory, and has no credentials. Its argument is the typesetter's folder.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import type { NodeCompiler as Compiler, NodeError } from '@myriaddreamin/typst-ts-node-compiler';
import { CHECK_ARGUMENT, type TypesetAnswer, type TypesetRequest } from '../contracts/typeset-message.ts';
import { TEMPLATE_FONTS, TypesetterFile } from '../contracts/typesetter-files.ts';

interface CompilerModule {
  readonly NodeCompiler: typeof Compiler;
}

/** Tried in this order: accessible; archivable with all text searchable; what also shows a letter that no font has. */
const STANDARDS = ['ua-1', 'a-2u', '1.7'] as const;

/** Documents after which the compiler forgets what it has not used again. */
const CACHE_AGE = 3;

const dir = path.resolve(process.argv[2] ?? '');
const templateDir = path.join(dir, TypesetterFile.Template);
const mainFilePath = path.join(templateDir, readFileSync(path.join(dir, TypesetterFile.Main), 'utf8'));
const load = createRequire(import.meta.url);
const { NodeCompiler }: CompilerModule = load(path.join(dir, TypesetterFile.Compiler));
const compiler = NodeCompiler.create({
  workspace: templateDir,
  fontArgs: [{ fontPaths: [path.join(dir, TypesetterFile.Fonts), path.join(templateDir, TEMPLATE_FONTS)] }],
});

interface Diagnostic {
  readonly message: string;
  readonly path: string;
  readonly range: { readonly start: { readonly line: number; readonly character: number } } | null;
}

/** `quote.typ:2:5: unknown variable: foo`, one line for each error. */
function failureText(error: NodeError): string {
  const lines = (compiler.fetchDiagnostics(error) as readonly Diagnostic[]).map((found) => {
    const file = path.relative(templateDir, found.path);
    const place =
      found.range === null ? '' : `:${found.range.start.line + 1}:${found.range.start.character + 1}`;
    return `${file}${place}: ${found.message.replaceAll(dir, '')}`;
  });
  return lines.join('\n');
}

/** The first standard that the document meets. @throws when it meets none */
function exported(document: Parameters<Compiler['pdf']>[0], dateEpochSeconds: number): TypesetAnswer {
  let refusal: unknown;
  for (const standard of STANDARDS) {
    try {
      const pdf = compiler.pdf(document, { pdfStandard: standard, creationTimestamp: dateEpochSeconds });
      return { pdf, standard };
    } catch (thrown) {
      refusal = thrown;
    }
  }
  throw refusal;
}

function typeset({ quote, dateEpochSeconds }: TypesetRequest): TypesetAnswer {
  const compiled = compiler.compile({ mainFilePath, inputs: { quote }, resetRead: true });
  const document = compiled.result;
  if (document === null) {
    const error = compiled.takeDiagnostics();
    return { failure: error === null ? 'The compiler gave no document.' : failureText(error) };
  }
  return exported(document, dateEpochSeconds);
}

function answerOf(request: TypesetRequest): TypesetAnswer {
  try {
    return typeset(request);
  } catch (thrown) {
    return { failure: thrown instanceof Error ? thrown.message : String(thrown) };
  } finally {
    compiler.evictCache(CACHE_AGE);
  }
}

/** Sets one document and says on standard output why it cannot be made; nothing when it can. */
function check(): void {
  const quote = readFileSync(process.stdin.fd, 'utf8');
  const answer = answerOf({ quote, dateEpochSeconds: 0 });
  if ('failure' in answer) process.stdout.write(answer.failure);
}

if (process.argv[3] === CHECK_ARGUMENT) check();
else {
  process.on('message', (request: TypesetRequest) => {
    // The parent may have ended meanwhile: nobody waits for the answer.
    process.send?.(answerOf(request), undefined, {}, (error) => {
      if (error !== null) process.exit();
    });
  });
  process.on('disconnect', () => process.exit());
}
