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

/** Starts the parts that are not running; a second call changes nothing and reports that. */
export async function up(): Promise<void> {
  const { outputs } = await startLocalEnvironment({
    detached: true,
    onProgress: (step) => print(`  ${step}`),
  });
  printOutputs(outputs);
}

/** The output of `local down`. @param stopped number of processes it stopped */
export const stoppedText = (stopped: number): string =>
  stopped === 0
    ? 'Nothing was running'
    : `Stopped ${stopped} processes; their data is deleted: quotes, cards, deals and documents`;

/** Stops everything that `up` started. Its data was in memory and temporary files and is deleted. */
export async function down(): Promise<void> {
  const stopped = await stopLocalEnvironment();
  print(stoppedText(stopped));
}

const PARTIAL =
  'The local environment is incomplete or its files are damaged: npm run quoteq -- local down, then local up';

/** Prints what is running; exits 1 when some part is not. */
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
