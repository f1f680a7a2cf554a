/** Reads a quote for `quoteq preview`: a quote file, or a snapshot alone. Nothing is sent, so its actions are not looked at. */
import { type QuoteSnapshot, quoteSnapshotSchema } from '../../../lambdas/shared/contracts/quote-snapshot.ts';
import { fieldViolations } from '../../../lambdas/shared/contracts/field-issues.ts';
import { readJsonFile, refusal, said } from '../quote-file.ts';

const isQuoteFile = (read: unknown): read is { readonly snapshot: unknown } =>
  typeof read === 'object' && read !== null && 'snapshot' in read;

/** The snapshot of a file. @throws {CliError} with the file and each field that is not as documented */
export function readSnapshotFile(file: string): QuoteSnapshot {
  const read = readJsonFile(file);
  const inFile = isQuoteFile(read);
  const parsed = quoteSnapshotSchema.safeParse(inFile ? read.snapshot : read);
  if (parsed.success) return parsed.data;
  const at = inFile ? '/snapshot' : '';
  throw refusal(
    file,
    fieldViolations(parsed.error).map(({ pointer, expected }) => said(`${at}${pointer}`, expected)),
  );
}
