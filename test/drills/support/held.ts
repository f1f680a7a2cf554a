/** Drills held in a local environment of their own. */
import { join } from 'node:path';
import type { Drill } from '../../../tools/drills/drill.ts';
import { writePage } from '../../../tools/drills/report.ts';
import { type DrillResult, holdDrills } from '../../../tools/drills/run-drills.ts';
import { siteIn } from '../../../tools/drills/site.ts';
import { startLocalEnvironment } from '../../../tools/local/environment.ts';
import { LOCAL_ROOT } from '../../../tools/paths.ts';

/** Holds them, writes their pages to `.local/drills`, and stops the environment; results by name. */
export async function heldDrills(
  drills: readonly Drill[],
  name: string,
): Promise<ReadonlyMap<string, DrillResult>> {
  const environment = await startLocalEnvironment();
  try {
    const site = siteIn(environment, Date.now(), () => undefined);
    const results = await holdDrills(site, drills);
    for (const result of results)
      writePage(result, `npm run quoteq -- drill ${name}`, join(LOCAL_ROOT, 'drills'));
    return new Map(results.map((result) => [result.name, result]));
  } finally {
    await environment.stop();
  }
}
