/** A renderer on a typesetter's folder of its own, as the bundling makes it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { QuoteRenderer } from '../../../../../lambdas/actions/pdf/engine/index.ts';
import type { TypesetLimits } from '../../../../../lambdas/actions/pdf/contracts/typeset-message.ts';
import { makeTypesetterFolder } from '../../../../../lib/shared/typesetter-folder.ts';

/** A renderer and its folder. */
export interface OwnRenderer {
  readonly dir: string;
  readonly renderer: QuoteRenderer;
  /** Ends the process and deletes the folder. */
  readonly remove: () => void;
}

/** Makes the folder, with a team's template if one is given, and opens it. */
export function ownRenderer(templateFile?: string, limits?: TypesetLimits): OwnRenderer {
  const dir = mkdtempSync(path.join(tmpdir(), 'quote-typesetter-'));
  makeTypesetterFolder(dir, templateFile);
  const renderer = new QuoteRenderer(dir, limits);
  return {
    dir,
    renderer,
    remove: () => {
      renderer.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const REPOSITORY = path.resolve(import.meta.dirname, '../../../../..');

/** A file of the repository as text. */
export const sourceOf = (file: string): string => readFileSync(path.join(REPOSITORY, file), 'utf8');
