/** The `quoteq` command. */
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import {
  drillArgument,
  fieldArgument,
  kindArgument,
  queueArgument,
  stateOption,
  tableOption,
} from './cli/arguments.ts';
import * as dlq from './cli/commands/dlq-commands.ts';
import { drill } from './cli/commands/drill-commands.ts';
import { kpi } from './cli/commands/kpi-command.ts';
import { enqueue, ENQUEUE_HELP } from './cli/commands/enqueue-command.ts';
import * as kind from './cli/commands/kind-commands.ts';
import { live } from './cli/commands/live-command.ts';
import * as local from './cli/commands/local-commands.ts';
import * as migrations from './cli/commands/migrate-commands.ts';
import { operate } from './cli/commands/operator-commands.ts';
import * as queue from './cli/commands/queue-commands.ts';
import type { DashboardOptions } from './dashboard/dashboard.ts';
import * as secret from './cli/commands/secret-commands.ts';
import { sweep } from './cli/commands/sweep-command.ts';
import type { PreviewOptions } from './cli/commands/preview-command.ts';
import { runProgram } from './cli/run-program.ts';
import { needsOption } from './cli/usage-errors.ts';
import { demo } from './demo/run-demo.ts';
import type { DoctorAwsOptions } from './doctor/aws/aws.ts';
import { doctorSlack } from './doctor/slack.ts';

const program = new Command('quoteq')
  .description('Carries out the actions of an accepted quote exactly once and shows every step.')
  .version(manifest.version, '-V, --version', 'print the version of this release');

const JSON_HELP = 'print one JSON document and nothing else: npm run -s quoteq -- … --json';

const example = (args: string): string => `\nExample: npm run quoteq -- ${args}`;

/** A command that calls the API of a deployment. */
const queueCommand = (usage: string, description: string, parent = program): Command =>
  parent
    .command(usage)
    .description(description)
    .option(
      '--api-url <url>',
      'the API of a deployment (default: QUOTEQ_API_URL, else the local environment)',
    )
    .option('--region <region>', 'its Region (default: from the URL, else AWS_REGION)')
    .option('--json', JSON_HELP);

queueCommand('enqueue <file...>', 'enqueue the actions of quote files')
  .addHelpText('after', ENQUEUE_HELP)
  .action(enqueue);
queueCommand('show <task>', 'one task')
  .option('--save <file>', 'write the PDF of a completed pdf.render to a file')
  .action(queue.show);
queueCommand(
  'watch <quote>',
  'the tasks of a quote, live until all have ended; exits 1 when one failed',
).action(queue.watch);
needsOption(
  program
    .command('preview <file>')
    .description('write the PDF of a quote file or snapshot, without any environment'),
  '--out <file>',
  'the PDF',
)
  .option('--template <file>', 'your own template (docs/quote-template.md)')
  .option('--watch', 'write it again after every change of the quote or the template, until Ctrl-C')
  .addHelpText('after', example('preview examples/q-1042.json --out quote.pdf --watch'))
  // esbuild and the CDK side of the bundling take a moment to load, which no other command needs.
  .action(async (file: string, options: PreviewOptions) => {
    const { preview } = await import('./cli/commands/preview-command.ts');
    await preview(file, options);
  });
queueCommand('audit <task>', 'the audit trail of a task').action(queue.audit);

queueCommand('retry <task>', 'retry an action now, in the next generation of its execution')
  .alias('redrive')
  .option('--reason <text>', 'reason; stored in the audit trail')
  .action(operate('retry'));
queueCommand('abandon <task>', 'end an action that waits for its next attempt')
  .option('--reason <text>', 'reason; stored in the audit trail')
  .action(operate('abandon'));
queueCommand('cancel <task>', 'end an action that no worker has taken yet')
  .option('--reason <text>', 'reason; stored in the audit trail')
  .action(operate('cancel'));

const STAGE_HELP =
  'dev or prod, with your AWS credentials (default: QUOTEQ_STAGE, else the local environment)';

/** A command that works on a deployment's resources without the API. */
const stageCommand = (usage: string, description: string, parent = program): Command =>
  parent
    .command(usage)
    .description(description)
    .option('--stage <stage>', STAGE_HELP)
    .option('--region <region>', 'its Region (default: AWS_REGION)')
    .option('--json', JSON_HELP);

stageCommand('live', 'every unsettled action, of all quotes')
  .addOption(stateOption())
  .addHelpText('after', example('live --state held'))
  .action(live);
stageCommand(
  'sweep',
  'run one sweep now: recover stuck actions, release actions that are no longer held',
).action(sweep);

const dlqCommand = program.command('dlq').description('dead letters: card updates, clicks, records');
stageCommand('list', 'count the messages in each queue', dlqCommand).action(dlq.list);
stageCommand('show', 'list the messages, oldest first, and leave them in the queue', dlqCommand)
  .addArgument(queueArgument())
  .action(dlq.show);
stageCommand('replay', 'hand the messages back to their source', dlqCommand)
  .addArgument(queueArgument())
  .option('--task <task>', 'only messages about this task')
  .option('--message <id>', 'only this message, by the id that show prints')
  .action(dlq.replay);
stageCommand('discard', 'delete the messages about one task, or one message', dlqCommand)
  .addArgument(queueArgument())
  .option('--task <task>', 'messages about this task')
  .option('--message <id>', 'this message, by the id that show prints; for a message that names no task')
  .addHelpText('after', example('dlq discard parked-records --task task-…'))
  .action(dlq.discard);

const secretCommand = program
  .command('secret')
  .description('the secrets of the providers; values are never shown');
stageCommand('show', 'show which values are in use, by their fingerprints', secretCommand).action(
  secret.show,
);
stageCommand('put', 'store a new value from standard input', secretCommand)
  .addArgument(fieldArgument())
  .addHelpText('after', `\nExample: printf %s "$NEW" | npm run quoteq -- secret put crm.token`)
  .action(secret.put);
stageCommand('drop-old', 'remove the older of two signing secrets', secretCommand).action(secret.dropOld);

stageCommand('kpi', 'the four KPIs against their targets, from the audit trail')
  .option('--since <when>', 'a span (30m, 12h, 7d, 2w), a date (UTC), or a time with its zone', '7d')
  .option('--check', 'exit 1 when a target is missed')
  .action(kpi);

queueCommand('kinds', 'the kinds of action: which are paused, by whom and why').action(kind.kinds);
needsOption(
  queueCommand('pause', 'pause a kind: its actions wait and use no attempt').addArgument(kindArgument()),
  '--reason <text>',
  'reason; shown on the card of every held action',
)
  .addHelpText('after', example('pause crm.sync --reason "The CRM is down until noon"'))
  .action(kind.pause);
queueCommand('resume', 'resume a paused kind').addArgument(kindArgument()).action(kind.resume);

const doctorCommand = program.command('doctor').description('check a set-up, step by step');
queueCommand('slack', 'check each step of docs/slack-setup.md', doctorCommand)
  .option('--stage <stage>', 'its stage (default: dev; local for the local environment)')
  .action(doctorSlack);

stageCommand(
  'aws',
  'check account, Region, stacks, secrets, Slack and CRM, before a deployment and after',
  doctorCommand,
)
  .addHelpText('after', example('doctor aws --stage prod --region eu-central-1'))
  // The CDK library takes a second to load, which no other command needs.
  .action(async (options: DoctorAwsOptions) => {
    const { doctorAws } = await import('./doctor/aws/aws.ts');
    await doctorAws(options);
  });

const localCommand = program
  .command('local')
  .description('the local environment: AWS, Slack, CRM, fault proxy');
localCommand.command('up').description('start it and deploy').action(local.up);
localCommand.command('down').description('stop it and delete its data').action(local.down);
localCommand.command('status').description('say whether it runs, and where').action(local.status);

/** A command on the tables of a deployment. */
const tableCommand = (usage: string, description: string): Command =>
  migrateCommand
    .command(usage)
    .description(description)
    .option('--stage <stage>', STAGE_HELP)
    .option('--region <region>', 'its Region (default: AWS_REGION)')
    .option('--table-name <name>', 'a Tasks table by its name, instead of a stage')
    .option('--rate <items>', `most items read in a second (default: ${migrations.DEFAULT_RATE})`)
    .option('--json', JSON_HELP);

const migrateCommand = program.command('migrate').description('schema versions of stored items');
tableCommand('status', 'items by schema version').action(migrations.status);
for (const [direction, action] of Object.entries({ up: migrations.up, down: migrations.down })) {
  tableCommand(direction, `bring items ${direction} to a version, while the queue runs`)
    .addOption(tableOption())
    .option('--to <version>', 'target version (up: default the newest)')
    .option('--dry-run', 'print what would change, write nothing')
    .option(
      '--place-file <file>',
      'file from which a killed run continues (default: below .local/migrations)',
    )
    .addHelpText('after', example(`migrate ${direction}${direction === 'down' ? ' --to 1' : ''} --dry-run`))
    .action(action);
}

program
  .command('dashboard')
  .description('draw the dashboard from docs/data/dashboard.json, or from a running local environment')
  .option('--record', 'read the running local environment first')
  .option('--out <dir>', 'folder for recording and picture (default: .local/dashboard)')
  .option('--committed', 'write them to docs instead')
  .option('--since <when>', 'window to record, as in `kpi` (default: 1d)')
  // Vega takes half a second to load, which no other command needs.
  .action(async (options: DashboardOptions) => {
    const { dashboard } = await import('./dashboard/dashboard.ts');
    await dashboard(options);
  });

program
  .command('demo')
  .description('carry out three quotes while things go wrong, and prove that each effect exists once')
  .option('--keep', 'leave everything running')
  .action(demo);

program
  .command('drill')
  .addArgument(drillArgument())
  .description('cause a fault on the local AWS and judge the result')
  .option('--actions <count>', 'number of actions, only for `drill load` (default: 300)')
  .option('--running', 'use the environment of `local up` instead of a new one')
  .option('--report-dir <dir>', 'folder of the dated reports (default: .local/drills)')
  .option('--json', JSON_HELP)
  .addHelpText('after', example('drill reply-lost'))
  .action(drill);

/** Runs the command that the arguments name; see {@link runProgram}. */
export const quoteq = (args: readonly string[]): Promise<void> => runProgram(program, args);

if (import.meta.main) await quoteq(process.argv.slice(2));
