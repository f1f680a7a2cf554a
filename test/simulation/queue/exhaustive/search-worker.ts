/** One thread: searches one scope and posts the result. */
import { parentPort, workerData } from 'node:worker_threads';
import { loadMachinery } from '../runner/machinery.ts';
import type { SearchInput } from './scopes.ts';

/** Far above the present number of states; a scope that exceeds it should be reviewed. */
const MAX_STATES = 200_000;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- given by its starter
const { scope, mutations } = workerData as SearchInput;
const { fleet } = await loadMachinery(mutations);
const { explore } = await import('./explore.ts');
parentPort?.postMessage(await explore(fleet, scope, MAX_STATES));
