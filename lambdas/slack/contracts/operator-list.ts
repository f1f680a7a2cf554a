/**
 * The list of operators as it is written in `-c slackOperators` and in the SSM parameter that functions read: `<team id>:<user
 * id>` entries of Slack, separated by commas, or `none`.
 */

/** The text of an empty list, because an SSM parameter cannot be empty; it is not valid as an entry of a longer list. */
export const NO_OPERATORS = 'none';

/** Ids have the same maximum length as those in Slack's requests. */
const ENTRY = /^[TE][A-Z0-9]{1,31}:[UW][A-Z0-9]{1,31}$/;

/** Entries of a list, without surrounding blanks; check each with {@link isOperatorEntry}. Empty for {@link NO_OPERATORS}. */
export const operatorEntries = (list: string): readonly string[] =>
  list.trim() === NO_OPERATORS ? [] : list.split(',').map((entry) => entry.trim());

/** Whether an entry is `<team id>:<user id>`. */
export const isOperatorEntry = (entry: string): boolean => ENTRY.test(entry);
