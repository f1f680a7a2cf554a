/**
 * The behaviour of DynamoDB on which the stores depend, one probe each: what AWS documents, and how to test an engine for it.
 * If an engine differs, the probe lists the difference. The suite fails when the engine no longer differs.
 */
import type { EngineProbe } from './probes/engine-probe.ts';
import { READ_PROBES } from './probes/reads.ts';
import { VALUE_PROBES } from './probes/values.ts';
import { WRITE_PROBES } from './probes/writes.ts';

/** All probes, by subject. */
export const ENGINE_PROBES: Readonly<Record<string, readonly EngineProbe[]>> = {
  'Conditional writes': WRITE_PROBES,
  'Items and values': VALUE_PROBES,
  'Indexes, pages and batches': READ_PROBES,
};
