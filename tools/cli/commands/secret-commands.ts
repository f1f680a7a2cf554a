/** `secret show`, `secret put` and `secret drop-old`. */
import { readFileSync } from 'node:fs';
import { ProviderSecretsEditor, readField, type SecretLine } from '../../secrets/provider-secrets.ts';
import { CliError } from '../cli-error.ts';
import { printAs } from '../terminal/print.ts';
import { explaining, resolveStage, type StageOptions } from '../target/stage-target.ts';
import { renderTable } from '../terminal/table.ts';

/** Options of these commands. */
export interface SecretOptions extends StageOptions {
  readonly json?: boolean;
}

const tableOf = (lines: readonly SecretLine[]): string =>
  renderTable(
    ['secret', 'fingerprint'],
    lines.map(({ field, fingerprint }) => [field, fingerprint]),
  );

/** Runs an operation on the secrets, then shows which values are in use. */
async function edit(
  options: SecretOptions,
  work: (editor: ProviderSecretsEditor) => Promise<void>,
): Promise<void> {
  const editor = new ProviderSecretsEditor(resolveStage(options));
  try {
    const lines = await explaining('The secrets could not be reached', async () => {
      await work(editor);
      return editor.show();
    });
    printAs(options, lines, tableOf);
  } finally {
    editor.destroy();
  }
}

/** Reads standard input, so that the value is in no argument list and no shell history. */
function valueOfInput(): string {
  if (process.stdin.isTTY) {
    throw new CliError(
      'value: expected it on standard input: printf %s "$VALUE" | npm run quoteq -- secret put …',
    );
  }
  return readFileSync(0, 'utf8').trim();
}

/** `quoteq secret show` */
export const show = (options: SecretOptions): Promise<void> => edit(options, () => Promise.resolve());

/** `quoteq secret put FIELD` */
export async function put(name: string, options: SecretOptions): Promise<void> {
  const field = readField(name);
  const value = valueOfInput();
  await edit(options, (editor) => editor.put(field, value));
}

/** `quoteq secret drop-old` */
export const dropOld = (options: SecretOptions): Promise<void> =>
  edit(options, (editor) => editor.dropOldSigningSecret());
