/** Tables event × state → effect: the rules of a fold as data, from which the documentation is written. */

/** One row: what an event does in a state. */
export interface TableRow<Effect extends string = string> {
  /** Type of the event. */
  readonly event: string;
  /** State that the event finds, in the fold's words. */
  readonly state: string;
  /** Name of the effect; the code looks it up. */
  readonly effect: Effect;
  /** What the effect means for a reader, in one sentence. */
  readonly meaning: string;
}

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`);

/** The table in Markdown, as the README of its folder has it. */
export const tableMarkdown = (rows: readonly TableRow[]): string =>
  [
    '| event | state | effect | meaning |',
    '| --- | --- | --- | --- |',
    ...rows.map(
      ({ event, state, effect, meaning }) =>
        `| \`${event}\` | ${cell(state)} | \`${effect}\` | ${cell(meaning)} |`,
    ),
  ].join('\n');
