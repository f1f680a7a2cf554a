/** `docs/dynamodb-engines.md`, from the probes. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ENGINE_PROBES } from './engine-probes.ts';
import type { EngineProbe } from './probes/engine-probe.ts';

/** Path of the page. */
export const ENGINES_PAGE = join(import.meta.dirname, '../../docs/dynamodb-engines.md');

const rowOf = ({ name, aws, otherwise }: EngineProbe): string =>
  `| ${name} | ${aws} | ${otherwise?.dynoxide ?? '='} | ${otherwise?.MiniStack ?? '='} |`;

/** The page as Markdown. */
export const renderEnginesPage = (): string =>
  [
    '# The two engines that the stores are tested on',
    '',
    'Written by `npm run generate` from `tools/engines/probes`. The suites in `test/contract/stores` run on both engines:',
    '`npm run test:fast` runs them on dynoxide, `npx vitest run --project local test/contract/stores` on MiniStack, the local AWS. Each line',
    'is tested on each engine; a test fails on a difference that is not listed, and on a listed one that no longer exists. “=” means the',
    'documented behaviour of DynamoDB. Neither engine has its throttling, index lag, partitions or throughput limits.',
    ...Object.entries(ENGINE_PROBES).flatMap(([about, probes]) => [
      '',
      `## ${about}`,
      '',
      '| | DynamoDB | dynoxide | MiniStack |',
      '| --- | --- | --- | --- |',
      ...probes.map(rowOf),
    ]),
    '',
  ].join('\n');

/** Writes the page. */
export const writeEnginesPage = (): Promise<void> => writeFile(ENGINES_PAGE, renderEnginesPage());
