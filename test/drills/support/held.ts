/** Runs drills in their own local environment. */
import { join } from 'node:path';
import type { Drill } from '../../../tools/drills/drill.ts';
import { writePage } from '../../../tools/drills/report.ts';
import { type DrillResult, holdDrills } from '../../../tools/drills/run-drills.ts';
import { siteIn } from '../../../tools/drills/site.ts';
import { startLocalEnvironment } from '../../../tools/local/environment.ts';
import { LOCAL_ROOT } from '../../../tools/paths.ts';

/** Runs the drills, writes their pages to `.local/drills` and stops the environment; returns the results by name. */
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
