/** `local up`, `local down` and `local status`. */
import { localStatus, startLocalEnvironment, stopLocalEnvironment } from '../../local/environment.ts';
import type { LocalOutputs } from '../../local/outputs.ts';
import { print } from '../terminal/print.ts';

function printOutputs(outputs: LocalOutputs): void {
  print(`  Slack        ${outputs.slackPageUrl ?? outputs.slackApiUrl}`);
  print(`  CRM          ${outputs.crmPageUrl ?? outputs.crmBaseUrl}`);
  print(`  API          ${outputs.apiUrl}`);
  print(`  AWS          ${outputs.awsEndpointUrl}`);
  print(`  Fault proxy  ${outputs.faultProxyUrl}`);
  print('  All addresses, ARNs and table names: .local/outputs.json');
}

/** Starts what is not running; a second call changes nothing and says so. */
export async function up(): Promise<void> {
  const { outputs } = await startLocalEnvironment({
    detached: true,
    onProgress: (step) => print(`  ${step}`),
  });
  printOutputs(outputs);
}

/** What `local down` says. @param stopped how many processes it stopped */
export const stoppedText = (stopped: number): string =>
  stopped === 0
    ? 'Nothing was running'
    : `Stopped ${stopped} processes; all that they held is gone: quotes, cards, deals and documents`;

/** Stops everything that `up` started; what it held was in memory and temporary files, and is gone. */
export async function down(): Promise<void> {
  const stopped = await stopLocalEnvironment();
  print(stoppedText(stopped));
}

const PARTIAL =
  'The local environment is incomplete or its files are damaged: npm run quoteq -- local down, then local up';

/** Says what runs; exits 1 when it is not all of it. */
export function status(): void {
  const { state, outputs } = localStatus();
  if (outputs === undefined) {
    print(state === 'partial' ? PARTIAL : 'The local environment is not running: npm run quoteq -- local up');
    process.exitCode = 1;
    return;
  }
  print('The local environment is running');
  printOutputs(outputs);
}
