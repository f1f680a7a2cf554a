/** Invariants of a world without further faults: after the budget no task is stuck, and in the end everything is recorded and shown. */
import type { Asked } from '../actors.ts';
import { TABLES } from '../containers.ts';
import { buttonsIn } from '../providers/slack.ts';
import type { World } from '../world.ts';
import { Invariant, numberOf, textOf } from './god-log.ts';

const TERMINAL: ReadonlySet<string> = new Set(['completed', 'failed_terminal']);

/** Checks after the faults have stopped for the length of the budget: nothing is lost or stuck. */
export function checkEnded({ services, god }: World, asked: readonly Asked[]): void {
  const tasks = services.engine.items(TABLES.TASKS_TABLE);
  for (const { taskId, isAccepted } of asked) {
    const task = tasks.get(taskId);
    if (!isAccepted) god.violate(Invariant.NothingLost, `the client of ${taskId} was never answered`);
    else if (task === undefined)
      god.violate(Invariant.NothingLost, `${taskId} was accepted and is not there`);
    else if (!TERMINAL.has(textOf(task, 'state'))) {
      god.violate(
        Invariant.NotStuck,
        `${taskId} is ${textOf(task, 'state')} at version ${numberOf(task, 'version')}`,
      );
    }
  }
}

/** Checks at the end: one audit record per version, and every card shows the present task. */
export function checkEnd(world: World, asked: readonly Asked[]): void {
  for (const { taskId } of asked) {
    checkTrail(world, taskId);
    checkCard(world, taskId);
  }
}

function checkTrail({ services: { engine }, god }: World, taskId: string): void {
  const version = numberOf(engine.items(TABLES.TASKS_TABLE).get(taskId), 'version');
  const audit = engine.items(TABLES.AUDIT_TABLE);
  for (let recorded = 1; recorded <= version; recorded += 1) {
    if (!audit.has(`${taskId}|${recorded}`))
      god.violate(Invariant.AuditComplete, `${taskId} lacks version ${recorded}`);
  }
}

function checkCard({ services: { engine, slack }, god }: World, taskId: string): void {
  const version = numberOf(engine.items(TABLES.TASKS_TABLE).get(taskId), 'version');
  const cards = slack.messages.filter(
    ({ effectKey }) => effectKey?.startsWith('slack.card:') === true && effectKey.endsWith(`:${taskId}`),
  );
  const [card] = cards;
  const shown = card === undefined ? undefined : buttonsIn(card)[0]?.parsed.version;
  if (cards.length !== 1) god.violate(Invariant.CardCurrent, `${taskId} has ${cards.length} cards`);
  else if (shown !== version)
    god.violate(Invariant.CardCurrent, `the card of ${taskId} shows ${shown} of ${version}`);
}
