/** EventBridge: takes events and hands each to the queue of the cards, as the rule of the stack does. */
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';

/** Takes events in; what the rule hands on is the whole event. @throws {Error} when the command is another */
export function putEvents(command: unknown, deliver: (message: string) => void): object {
  if (!(command instanceof PutEventsCommand)) throw new Error('The simulated bus does not know this command');
  const { Entries = [] } = command.input;
  for (const { Source, DetailType, Detail = '' } of Entries) {
    const detail: unknown = JSON.parse(Detail);
    deliver(JSON.stringify({ version: '0', source: Source, 'detail-type': DetailType, detail }));
  }
  return { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: 'event' })) };
}
