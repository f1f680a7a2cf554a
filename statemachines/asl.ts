/**
 * Strict schemas for the part of the Amazon States Language that our machines use: JSONPath, plain paths, literals in Choice,
 * waits by path; no Map, Parallel or task token. All engines that run the machines treat this part the same way. Any other
 * field, also a misspelt one, is refused here.
 */
import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));
const referencePath = z
  .string()
  .check(z.regex(/^\$(\.\w+)+$/, 'expected a plain path such as $.run.outcome'));
const wholeSeconds = z.int().check(z.minimum(1));

const retrierSchema = z.strictObject({
  ErrorEquals: z.array(text).check(z.minLength(1)),
  /** Wait before the first retry, in seconds. */
  IntervalSeconds: wholeSeconds,
  BackoffRate: z.number().check(z.minimum(1)),
  /** Maximum wait, in seconds. */
  MaxDelaySeconds: wholeSeconds,
  /** Maximum retries; does not count the first attempt. */
  MaxAttempts: z.int().check(z.minimum(1)),
  /** The actual wait is random, between 0 and the computed one. */
  JitterStrategy: z.literal('FULL'),
});
/** Which errors of a Task are retried, when, and how many times. */
export type Retrier = z.infer<typeof retrierSchema>;

const catcherSchema = z.strictObject({
  ErrorEquals: z.array(text).check(z.minLength(1)),
  /** `null` drops the error's text: only ids, generation and seconds are passed on. */
  ResultPath: z.null(),
  Next: text,
});

const waitSchema = z.strictObject({
  Type: z.literal('Wait'),
  Comment: text,
  SecondsPath: referencePath,
  Next: text,
});
const taskSchema = z.strictObject({
  Type: z.literal('Task'),
  Comment: text,
  Resource: text,
  Parameters: z.record(z.string(), z.unknown()),
  ResultSelector: z.record(z.string(), referencePath),
  ResultPath: referencePath,
  /** Time limit of one attempt, in seconds. */
  TimeoutSeconds: wholeSeconds,
  Retry: z.array(retrierSchema),
  Catch: z.optional(z.array(catcherSchema)),
  Next: text,
});
const choiceSchema = z.strictObject({
  Type: z.literal('Choice'),
  Comment: text,
  Choices: z.array(z.strictObject({ Variable: referencePath, StringEquals: text, Next: text })),
  Default: text,
});
const succeedSchema = z.strictObject({ Type: z.literal('Succeed'), Comment: text });
const failSchema = z.strictObject({ Type: z.literal('Fail'), Comment: text, Error: text, Cause: text });

const stateSchema = z.discriminatedUnion('Type', [
  waitSchema,
  taskSchema,
  choiceSchema,
  succeedSchema,
  failSchema,
]);
/** The definition of a machine. */
export const machineSchema = z.strictObject({
  Comment: text,
  QueryLanguage: z.literal('JSONPath'),
  StartAt: text,
  /** Time limit of a whole execution, in seconds. */
  TimeoutSeconds: wholeSeconds,
  States: z.record(z.string(), stateSchema),
});

/** One state. */
export type AslState = z.infer<typeof stateSchema>;
/** A Task state. */
export type TaskState = z.infer<typeof taskSchema>;
/** A Choice state. */
export type ChoiceState = z.infer<typeof choiceSchema>;
/** A machine. */
export type AslMachine = z.infer<typeof machineSchema>;

/** A transition from one state to another; `on` is empty if it is the only one. */
export interface Transition {
  readonly from: string;
  readonly to: string;
  /** `''`, the name of a caught error, `<field> = <literal>` or `otherwise`. */
  readonly on: string;
}

const waysOutOfTask = ({ Next, Catch = [] }: TaskState): readonly Omit<Transition, 'from'>[] => [
  { to: Next, on: '' },
  ...Catch.map((catcher) => ({ to: catcher.Next, on: catcher.ErrorEquals.join(', ') })),
];

const lastField = (path: string): string => path.split('.').at(-1) ?? path;

const waysOutOfChoice = ({ Choices, Default }: ChoiceState): readonly Omit<Transition, 'from'>[] => [
  ...Choices.map(({ Variable, StringEquals, Next }) => ({
    to: Next,
    on: `${lastField(Variable)} = ${StringEquals}`,
  })),
  { to: Default, on: 'otherwise' },
];

function waysOut(state: AslState): readonly Omit<Transition, 'from'>[] {
  if (state.Type === 'Wait') return [{ to: state.Next, on: '' }];
  if (state.Type === 'Task') return waysOutOfTask(state);
  return state.Type === 'Choice' ? waysOutOfChoice(state) : [];
}

/** Every transition of a machine, in the order of the file; retries are not included. */
export const transitionsOf = (machine: AslMachine): readonly Transition[] =>
  Object.entries(machine.States).flatMap(([from, state]) => waysOut(state).map((way) => ({ from, ...way })));

/** The Task states of a machine by name. */
export const tasksOf = (machine: AslMachine): readonly (readonly [string, TaskState])[] =>
  Object.entries(machine.States).flatMap(([name, state]) =>
    state.Type === 'Task' ? [[name, state] as const] : [],
  );

/** A Task state. @throws {RangeError} when the machine has no Task of that name */
export function taskNamed(machine: AslMachine, name: string): TaskState {
  const state: AslState | undefined = machine.States[name];
  if (state?.Type !== 'Task') throw new RangeError(`States.${name}: expected a Task state`);
  return state;
}

/** The retrier of an error. @throws {RangeError} when the state has none for it */
export function retrierFor(state: TaskState, error: string): Retrier {
  const found = state.Retry.find(({ ErrorEquals }) => ErrorEquals.includes(error));
  if (found === undefined) throw new RangeError(`Retry: expected a retrier for ${error}`);
  return found;
}

/** Maximum wait in seconds before each retry, before jitter: interval × rate^n, up to the cap. */
export const retryWaitsSeconds = (retrier: Retrier): readonly number[] =>
  Array.from({ length: retrier.MaxAttempts }, (_, n) =>
    // The exponent is bounded so that the power stays finite; the cap applies long before.
    Math.min(retrier.MaxDelaySeconds, retrier.IntervalSeconds * retrier.BackoffRate ** Math.min(n, 30)),
  );

/** Path of the definition of `quote-action`. */
const QUOTE_ACTION_ASL = new URL('quote-action/quote-action.asl.json', import.meta.url);

/** Text of the definition, with its `${…}` substitutions unresolved. */
export const readQuoteActionText = (): Promise<string> => readFile(QUOTE_ACTION_ASL, 'utf8');

/**
 * The definition of `quote-action`.
 * @throws {z.core.$ZodError} with the field, when it uses a feature that our engines treat differently.
 */
export const readQuoteAction = async (): Promise<AslMachine> =>
  machineSchema.parse(JSON.parse(await readQuoteActionText()));
