/**
 * The lower limit for a function's bundle: its SDK clients and other packages, without our own code. The module imports from
 * each package exactly the names that our sources in the bundle import, so that tree shaking keeps the same parts. It creates
 * each SDK client once, as every function does, and calls nothing.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildSync, type Metafile } from 'esbuild';
import type { FunctionName } from '../lib/shared/functions.ts';
import { bundleOptions, handlerFileOf } from '../lib/shared/bundle-functions.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '..');
/** Value imports of a package; `import type` and relative paths do not match. */
const PACKAGE_IMPORT = /^import\s+(?!type\s)([^;']+?)\s+from\s+'([^'.][^']*)';/gm;
const NAMESPACE = /^\* as (\w+)$/;
const NAMED = /\{([^}]*)\}/;

/** The imports from one package. */
interface PackageUse {
  readonly named: Set<string>;
  isDefault: boolean;
}

const usedMembers = (source: string, namespace: string): readonly string[] =>
  [...source.matchAll(new RegExp(`\\b${namespace}\\.(\\w+)`, 'g'))].map(([, member = '']) => member);

function addClause(use: PackageUse, clause: string, source: string): void {
  const namespace = NAMESPACE.exec(clause.trim())?.[1];
  const names =
    NAMED.exec(clause)?.[1]
      ?.split(',')
      .map((name) => name.trim()) ?? [];
  const values = names.filter((name) => name !== '' && !name.startsWith('type '));
  for (const name of values) use.named.add(name.split(/\s+as\s+/)[0] ?? name);
  if (namespace !== undefined) for (const member of usedMembers(source, namespace)) use.named.add(member);
  if (namespace === undefined && !clause.trim().startsWith('{')) use.isDefault = true;
}

/** Packages that the sources import, with the imported names; Node's built-in modules are not packages. */
export function packageUses(sources: readonly string[]): ReadonlyMap<string, PackageUse> {
  const uses = new Map<string, PackageUse>();
  for (const source of sources) {
    for (const [, clause = '', name = ''] of source.matchAll(PACKAGE_IMPORT)) {
      if (name.startsWith('node:')) continue;
      const use = uses.get(name) ?? { named: new Set(), isDefault: false };
      addClause(use, clause, source);
      uses.set(name, use);
    }
  }
  return uses;
}

/** Names of SDK clients; the document client is left out because it wraps one. */
const SDK_CLIENT = /^(?!DynamoDBDocument)\w+Client$/;

const keptOf = (namespace: string, member: string, packageName: string): string =>
  packageName.startsWith('@aws-sdk/') && SDK_CLIENT.test(member)
    ? `new ${namespace}.${member}({})`
    : `${namespace}.${member}`;

/** A module that imports all of these names and prevents tree shaking from removing them. */
export function floorModule(uses: ReadonlyMap<string, PackageUse>): string {
  const imports: string[] = [];
  const kept: string[] = [];
  for (const [index, [name, { named, isDefault }]] of [...uses].entries()) {
    const namespace = `p${index}`;
    const members = [...named]
      .filter((member) => member !== 'default')
      .map((member) => keptOf(namespace, member, name));
    if (isDefault || named.has('default')) imports.push(`import d${index} from '${name}';`);
    if (isDefault || named.has('default')) kept.push(`d${index}`);
    if (members.length > 0) imports.push(`import * as ${namespace} from '${name}';`);
    kept.push(...members);
    if (named.size === 0 && !isDefault) imports.push(`import '${name}';`);
  }
  return `${imports.join('\n')}\nglobalThis.kept = [${kept.join(', ')}];\n`;
}

/** Our own sources in a function's bundle, as paths from the repository's root. */
function ownSources(name: FunctionName): readonly string[] {
  const { metafile } = buildSync({
    ...bundleOptions('unused'),
    entryPoints: [handlerFileOf(name)],
    metafile: true,
    write: false,
  });
  return inputsWithBytes(metafile).filter((input) => input.startsWith('lambdas/'));
}

/** Inputs that contribute bytes to the output. */
const inputsWithBytes = ({ outputs }: Metafile): readonly string[] =>
  Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );

/** Bundles the lower limit of a function into `outfile`, with the functions' own options. */
export function bundleFloor(name: FunctionName, outfile: string): void {
  const sources = ownSources(name).map((file) => readFileSync(path.join(REPOSITORY, file), 'utf8'));
  const {
    outdir: _outdir,
    entryPoints: _entryPoints,
    outExtension: _extension,
    ...options
  } = bundleOptions('unused');
  buildSync({
    ...options,
    outfile,
    stdin: { contents: floorModule(packageUses(sources)), resolveDir: REPOSITORY },
  });
}
