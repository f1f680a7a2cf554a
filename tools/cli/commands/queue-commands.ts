/** `show`, `watch` and `audit`. */
import { setTimeout as delay } from 'node:timers/promises';
import { CliError } from '../cli-error.ts';
import { reportDamage, withDamage } from '../terminal/damage-text.ts';
import { LiveBlock } from '../terminal/live-block.ts';
import { isOutputClosed } from '../terminal/output.ts';
import { print, printAs } from '../terminal/print.ts';
import { getAudit, getTask, hasEnded, listTasks } from '../clients/queue-client.ts';
import { auditTable, taskDetails, tasksTable } from '../terminal/render.ts';
import { saveDocument } from '../save-document.ts';
import { resolveTarget, type TargetOptions } from '../target/target.ts';

/** Options of the commands that can print JSON. */
export interface PrintOptions extends TargetOptions {
  readonly json?: boolean;
}

/** Options of `show`. */
export interface ShowOptions extends PrintOptions {
  /** Path of the file for the PDF of a completed `pdf.render`. */
  readonly save?: string;
}

/** `quoteq show TASK`; with `--save FILE` it also saves the document. */
export async function show(taskId: string, options: ShowOptions): Promise<void> {
  const { json, save } = options;
  const target = resolveTarget(options);
  const task = await getTask(target, taskId);
  printAs(options, task, taskDetails);
  if (save === undefined) return;
  // Saved after the task is printed, so that the task is shown even if its document is not available.
  const sizeBytes = await saveDocument(target, task, save);
  if (json !== true) print(`Saved ${sizeBytes} bytes to ${save}`);
}

/** `quoteq audit TASK`: exits 1 when a version is missing, or when the task or a record cannot be read. */
export async function audit(taskId: string, options: PrintOptions): Promise<void> {
  const trail = await getAudit(resolveTarget(options), taskId);
  printAs(options, trail, auditTable);
  const isWhole = trail.gaps.length === 0 && trail.damaged === undefined && trail.taskDamage === undefined;
  if (!isWhole) process.exitCode = 1;
}

/** Period at which `watch` reads the tasks. */
const WATCH_PERIOD_MS = 500;

/**
 * `quoteq watch QUOTE`: a live table until every task has ended, or the ended tasks as JSON. Exits 1 when a task failed or
 * cannot be read; it does not wait for an unreadable task.
 */
export async function watch(quoteId: string, options: PrintOptions): Promise<void> {
  const target = resolveTarget(options);
  const block = new LiveBlock(process.stdout);
  for (;;) {
    const { tasks, damaged } = await listTasks(target, quoteId);
    if (tasks.length + damaged.length === 0) throw new CliError(`Quote ${quoteId} has no tasks`);
    if (options.json !== true) block.show(withDamage(tasksTable(tasks), damaged));
    if (tasks.every(hasEnded)) {
      if (options.json === true) print(JSON.stringify(tasks, null, 2));
      reportDamage(damaged, options);
      if (tasks.some((task) => task.state === 'failed_terminal')) process.exitCode = 1;
      return;
    }
    if (isOutputClosed()) return;
    await delay(WATCH_PERIOD_MS);
  }
}
