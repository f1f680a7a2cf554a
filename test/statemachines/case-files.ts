/** The case files beside a machine: one scenario each. */
import { readdir, readFile } from 'node:fs/promises';
import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));

/** A Task's answer, or the name of its error; repeated `times` times, once by default. */
const callSchema = z.union([
  z.strictObject({ answer: z.record(z.string(), z.json()), times: z.optional(z.int().check(z.minimum(1))) }),
  z.strictObject({ error: text, times: z.optional(z.int().check(z.minimum(1))) }),
]);

const caseSchema = z.strictObject({
  /** Present tense: what the machine does. */
  title: text,
  /** State at which a redrive re-enters the machine. Absent: the machine's start. */
  startAt: z.optional(text),
  input: z.strictObject({
    taskId: text,
    generation: z.int(),
    worker: text,
    waitSeconds: z.int(),
  }),
  /** By Task state, in order of its calls, including retries. Missing and unused answers fail the test. */
  calls: z.record(z.string(), z.array(callSchema)),
  /** Every entered state, in order. */
  path: z.array(text).check(z.minLength(1)),
  /** Seconds of each Wait state on the path, in order. */
  waitsSeconds: z.array(z.number()),
  /** Retries by state. */
  retries: z.record(z.string(), z.int()),
  end: z.discriminatedUnion('status', [
    z.strictObject({ status: z.literal('SUCCEEDED') }),
    z.strictObject({ status: z.literal('FAILED'), error: text }),
  ]),
});

/** One call of a Task state, or several equal ones. */
export type CaseCall = z.infer<typeof callSchema>;
/** A scenario with the name of its file. */
export type Case = z.infer<typeof caseSchema> & { readonly file: string };

const readCase = async (folder: URL, file: string): Promise<Case> => ({
  file,
  ...caseSchema.parse(JSON.parse(await readFile(new URL(file, folder), 'utf8'))),
});

/** All cases of `quote-action`, in order of their file names. */
export const readQuoteActionCases = async (): Promise<readonly Case[]> => {
  const folder = new URL('../../statemachines/quote-action/cases/', import.meta.url);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).toSorted();
  return Promise.all(files.map((file) => readCase(folder, file)));
};
