/** Arguments and options with a closed set of values, which `--help` lists. */
import { Argument, Option } from 'commander';
import { KIND_NAMES } from '../../lambdas/actions/kinds.ts';
import { SHAPES } from '../../lambdas/queue/domain/migrations/shapes.ts';
import { DEAD_LETTER_QUEUES } from '../dlq/dead-letter-queues.ts';
import { DRILLS } from '../drills/catalogue.ts';
import { SecretField } from '../secrets/provider-secrets.ts';
import { ALL_KINDS } from './clients/kind-client.ts';
import { LIVE_STATES } from './commands/live-command.ts';

/** The argument for a kind of action. */
export const kindArgument = (): Argument =>
  new Argument('<kind>', `kind of action, or ${ALL_KINDS}`).choices([...KIND_NAMES, ALL_KINDS]);

/** The argument for a dead-letter queue. */
export const queueArgument = (): Argument => new Argument('<queue>', 'its name').choices(DEAD_LETTER_QUEUES);

/** The argument for a field of a secret. */
export const fieldArgument = (): Argument =>
  new Argument('<field>', 'which value').choices(Object.values(SecretField));

/** The argument for a drill, or for a command about drills. */
export const drillArgument = (): Argument =>
  new Argument('<name>', 'list names them all').choices([
    'list',
    'all',
    'load',
    ...DRILLS.map(({ name }) => name),
  ]);

/** The option that selects a state in `live`. */
export const stateOption = (): Option =>
  new Option('--state <state>', 'only those in this state').choices(LIVE_STATES);

/** The option that selects a table for `migrate`. */
export const tableOption = (): Option =>
  new Option('--table <table>', 'what to migrate (default: tasks)').choices(Object.keys(SHAPES));
