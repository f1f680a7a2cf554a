/** What a doctor prints: a line for each finding, or all of them as JSON. */
import { print } from '../cli/terminal/print.ts';
import { type Finding, findingText } from './finding.ts';

/** Prints the findings: as text each one when it comes, as JSON all at the end. Exits 1 if a check failed. */
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
