/** Arguments and options of which the values are known: `--help` names them. */
import { Argument, Option } from 'commander';
import { ActionKind } from '../../lambdas/actions/kinds.ts';
import { SHAPES } from '../../lambdas/queue/domain/migrations/shapes.ts';
import { DEAD_LETTER_QUEUES } from '../dlq/dead-letter-queues.ts';
import { DRILLS } from '../drills/catalogue.ts';
import { SecretField } from '../secrets/provider-secrets.ts';
import { LIVE_STATES } from './commands/live-command.ts';

/** A kind of action. */
export const kindArgument = (): Argument =>
  new Argument('<kind>', 'kind of action').choices(Object.values(ActionKind));

/** A queue of what was given up. */
export const queueArgument = (): Argument => new Argument('<queue>', 'its name').choices(DEAD_LETTER_QUEUES);

/** A secret's field. */
export const fieldArgument = (): Argument =>
  new Argument('<field>', 'which value').choices(Object.values(SecretField));

/** A drill, or what to do with them. */
export const drillArgument = (): Argument =>
  new Argument('<name>', 'list names them all').choices([
    'list',
    'all',
    'load',
    ...DRILLS.map(({ name }) => name),
  ]);

/** A state of `live`. */
export const stateOption = (): Option =>
  new Option('--state <state>', 'only those in this state').choices(LIVE_STATES);

/** A table that `migrate` knows. */
export const tableOption = (): Option =>
  new Option('--table <table>', 'what to migrate (default: tasks)').choices(Object.keys(SHAPES));
