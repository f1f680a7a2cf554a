/** A client for the control API of the fault proxy. */
import * as z from 'zod/mini';
import type { FaultRule } from './fault-rules.ts';

const recordSchema = z.object({ id: z.number(), hits: z.number() });
const listSchema = z.object({ faults: z.array(recordSchema) });

const faultsUrl = (faultProxyUrl: string, id?: number): URL =>
  new URL(`/_control/faults${id === undefined ? '' : `/${id}`}`, faultProxyUrl);

/** Adds a rule after the others; returns its id. @throws {Error} with the proxy's message when it refuses */
export async function scriptFault(faultProxyUrl: string, rule: FaultRule): Promise<number> {
  const response = await fetch(faultsUrl(faultProxyUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(rule),
  });
  if (!response.ok) throw new Error(`The fault proxy refused the rule: ${await response.text()}`);
  return recordSchema.parse(await response.json()).id;
}

/** Deletes one rule; without an effect if it no longer exists. */
export async function takeFaultBack(faultProxyUrl: string, id: number): Promise<void> {
  await fetch(faultsUrl(faultProxyUrl, id), { method: 'DELETE' });
}

/** Deletes all rules. */
export async function clearFaults(faultProxyUrl: string): Promise<void> {
  await fetch(faultsUrl(faultProxyUrl), { method: 'DELETE' });
}

/** Number of requests that each rule has failed, by rule id, in the order of the rules. */
export async function faultHits(faultProxyUrl: string): Promise<ReadonlyMap<number, number>> {
  const { faults } = listSchema.parse(await (await fetch(faultsUrl(faultProxyUrl))).json());
  return new Map(faults.map(({ id, hits }) => [id, hits]));
}
