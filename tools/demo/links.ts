/** Links to the results of the demo: local pages, and the documents as files. */
import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ActionKind } from '../../lambdas/actions/kinds.ts';
import type { AnsweredTask } from '../cli/answers.ts';
import { saveDocument } from '../cli/save-document.ts';
import type { Target } from '../cli/target/target.ts';
import type { LocalOutputs } from '../local/outputs.ts';

/** A name and an address or file. */
export type Link = readonly [name: string, where: string];

const completed = (tasks: readonly AnsweredTask[], kind: AnsweredTask['kind']): readonly AnsweredTask[] =>
  tasks.filter((task) => task.kind === kind && task.state === 'completed');

/**
 * Saves the document of each completed `pdf.render` as `<folder>/<quoteId>.pdf`. @throws {CliError} when one cannot be saved
 */
export async function saveDocuments(
  target: Target,
  tasks: readonly AnsweredTask[],
  folder: string,
): Promise<readonly Link[]> {
  mkdirSync(folder, { recursive: true });
  const save = async (task: AnsweredTask): Promise<Link> => {
    const file = join(folder, `${task.quoteId}.pdf`);
    await saveDocument(target, task, file);
    return [`PDF of ${task.quoteId}`, relative(process.cwd(), file)];
  };
  return Promise.all(completed(tasks, ActionKind.PdfRender).map(save));
}

/** The pages, and the page of each deal in the local CRM. */
export function pageLinks(
  { slackPageUrl, crmPageUrl, apiUrl }: LocalOutputs,
  tasks: readonly AnsweredTask[],
): readonly Link[] {
  const deals = crmPageUrl === null ? [] : completed(tasks, ActionKind.CrmSync);
  return [
    ['Slack', slackPageUrl ?? 'your own workspace'],
    ['CRM', crmPageUrl ?? 'your own CRM'],
    ...deals.map(({ quoteId, effect }): Link => [`Deal of ${quoteId}`, effect?.location ?? '–']),
    ['API', apiUrl],
  ];
}
