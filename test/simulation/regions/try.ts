import { searchAll } from './scope/run.ts';
import { BUGS } from './scope/bugs/bugs.ts';
import { SCOPES } from './scope/scopes.ts';
const only = process.argv[3];
if (process.argv[2] === 'scopes') {
  for (const { name } of SCOPES)
    if (only === undefined || name.startsWith(only))
      await searchAll([{ scope: name, mutations: [] }], 1).then(
        ([r]) =>
          console.log(
            name,
            r?.states,
            r?.transitions,
            r?.ends,
            r?.depth,
            r?.cpuMs,
            r?.violation?.text ?? '',
            r?.violation?.path.join(' | ') ?? '',
          ),
        (e) => console.log(name, String(e)),
      );
} else
  for (const bug of BUGS)
    if (only === undefined || bug.name.includes(only) || bug.scope.startsWith(only)) {
      const t = performance.now();
      await searchAll([{ scope: bug.scope, mutations: [bug] }], 1).then(
        ([r]) =>
          console.log(
            r?.violation ? 'ok ' : 'NOT',
            bug.name,
            r?.states,
            r?.cpuMs,
            Math.round(performance.now() - t),
            '|',
            r?.violation?.text,
            '|',
            r?.violation?.path.length,
          ),
        (e) => console.log('ERR', bug.name, String(e)),
      );
    }
