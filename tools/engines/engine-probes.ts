/**
 * What the stores rely on in DynamoDB, one probe each: the documented behaviour, and how to ask an engine for it. Where an
 * engine answers otherwise it says so, and the suite fails when it no longer does.
 */
import type { EngineProbe } from './probes/engine-probe.ts';
import { READ_PROBES } from './probes/reads.ts';
import { VALUE_PROBES } from './probes/values.ts';
import { WRITE_PROBES } from './probes/writes.ts';

/** All of them, by what they are about. */
export const ENGINE_PROBES: Readonly<Record<string, readonly EngineProbe[]>> = {
  'Conditional writes': WRITE_PROBES,
  'Items and values': VALUE_PROBES,
  'Indexes, pages and batches': READ_PROBES,
};
