/** One thread: searches one scope, with a planted bug if there is one, and tells what it found. */
import { parentPort, workerData } from 'node:worker_threads';
import { plant } from '../../queue/runner/mutation.ts';
import type { SearchInput } from './run.ts';

/** Far above what there is: a scope that grew beyond it should be looked at. */
const MAX_STATES = 1_000_000;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- given by its starter
const { scope, mutations } = workerData as SearchInput;
plant(mutations);
// Loaded after planting: no rule is loaded before.
const { SCOPES } = await import('./scopes.ts');
const found = SCOPES.find(({ name }) => name === scope);
if (found === undefined) throw new RangeError(`no scope ${scope}`);
const search = found.search(MAX_STATES);
const { user, system } = process.threadCpuUsage();
parentPort?.postMessage({ ...search, scope, cpuMs: Math.round((user + system) / 1_000) });
