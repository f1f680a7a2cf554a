/**
 * The list of operators as it is written in `-c slackOperators` and in the SSM parameter, which functions read:
 * `<team id>:<user id>` of Slack each, separated by commas, or `none`.
 */

/** The whole of a list of nobody, since SSM takes no empty parameter; it is no entry of a longer list. */
export const NO_OPERATORS = 'none';

/** As long as the ids of Slack that are read from its requests. */
const ENTRY = /^[TE][A-Z0-9]{1,31}:[UW][A-Z0-9]{1,31}$/;

/** Entries of a list, blanks around them left out: each is checked by {@link isOperatorEntry}. None in {@link NO_OPERATORS}. */
export const operatorEntries = (list: string): readonly string[] =>
  list.trim() === NO_OPERATORS ? [] : list.split(',').map((entry) => entry.trim());

/** Whether an entry is `<team id>:<user id>`. */
export const isOperatorEntry = (entry: string): boolean => ENTRY.test(entry);
