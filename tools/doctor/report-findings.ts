/** Prints a doctor's findings: one line each, or all of them as JSON. */
import { print } from '../cli/terminal/print.ts';
import { type Finding, findingText } from './finding.ts';

/** Prints each finding as text when it arrives, or all findings as JSON at the end. Exits 1 if a check failed. */
export async function reportFindings(
  found: AsyncIterable<Finding>,
  { json = false }: { readonly json?: boolean | undefined },
): Promise<void> {
  const findings: Finding[] = [];
  for await (const finding of found) {
    findings.push(finding);
    if (!json) print(findingText(finding));
  }
  if (json) print(JSON.stringify(findings, null, 2));
  if (findings.some(({ state }) => state === 'failed')) process.exitCode = 1;
}
