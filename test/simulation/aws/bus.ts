/** EventBridge: accepts events and sends each to the card queue, like the rule of the stack. */
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';

/** Accepts events; the rule forwards the whole event. @throws {Error} for any other command */
export function putEvents(command: unknown, deliver: (message: string) => void): object {
  if (!(command instanceof PutEventsCommand)) throw new Error('The simulated bus does not know this command');
  const { Entries = [] } = command.input;
  for (const { Source, DetailType, Detail = '' } of Entries) {
    const detail: unknown = JSON.parse(Detail);
    deliver(JSON.stringify({ version: '0', source: Source, 'detail-type': DetailType, detail }));
  }
  return { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: 'event' })) };
}
