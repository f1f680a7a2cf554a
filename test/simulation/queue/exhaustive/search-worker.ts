/** One thread: searches one scope and tells what it found. */
import { parentPort, workerData } from 'node:worker_threads';
import { loadMachinery } from '../runner/machinery.ts';
import type { SearchInput } from './scopes.ts';

/** Far above what there is: a scope that grew beyond it should be looked at. */
const MAX_STATES = 200_000;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- given by its starter
const { scope, mutations } = workerData as SearchInput;
const { fleet } = await loadMachinery(mutations);
const { explore } = await import('./explore.ts');
parentPort?.postMessage(await explore(fleet, scope, MAX_STATES));
