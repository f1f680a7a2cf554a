/** `sweep`: one sweep now, beside the one of every minute; two at once are safe. */
import * as z from 'zod/mini';
import { CliError } from '../cli-error.ts';
import { invokeFunction } from '../invoke-function.ts';
import { printAs } from '../print.ts';
import { explaining, resolveStage, type StageOptions } from '../stage-target.ts';
import { renderTable } from '../table.ts';

const recoveredSchema = z.array(
  z.looseObject({
    taskId: z.string(),
    quoteId: z.string(),
    from: z.string(),
    to: z.string(),
    generation: z.number(),
  }),
);

function textOf(recovered: z.infer<typeof recoveredSchema>): string {
  if (recovered.length === 0) return 'Nothing was stuck or to be released';
  const rows = recovered.map((task) => [task.quoteId, task.from, task.to, task.generation, task.taskId]);
  return renderTable(['quote', 'from', 'to', 'generation', 'task'], rows);
}

/** `quoteq sweep` @throws {CliError} when the sweep failed */
export async function sweep(options: StageOptions & { readonly json?: boolean }): Promise<void> {
  const target = resolveStage(options);
  const { payload, failed } = await explaining('The sweep could not be invoked', () =>
    invokeFunction(target, 'sweep', {}),
  );
  if (failed) throw new CliError(`The sweep failed, see its log: ${payload}`);
  const recovered = recoveredSchema.parse(JSON.parse(payload));
  printAs(options, recovered, textOf);
}
