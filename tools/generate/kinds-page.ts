/** Writes `docs/kinds.md`: the payload of each kind of action, and why its effect exists exactly once. */
import { writeFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { type ActionKind, KIND_NAMES, KINDS } from '../../lambdas/actions/kinds.ts';
import { formatMarkdown, markdownTable } from './markdown.ts';

/** Path of the page. */
export const KINDS_PAGE = new URL('../../docs/kinds.md', import.meta.url);

const EXAMPLE_QUOTE = 'Q-2001';

const fieldSchema = z.object({
  description: z.optional(z.string()),
  minLength: z.optional(z.number()),
  maxLength: z.optional(z.number()),
  pattern: z.optional(z.string()),
});
const payloadSchema = z.object({
  properties: z.record(z.string(), fieldSchema),
  required: z.array(z.string()),
});

const limitsOf = ({ minLength, maxLength, pattern }: z.infer<typeof fieldSchema>): string => {
  if (pattern !== undefined) return `\`${pattern}\``;
  return maxLength === undefined ? '' : `${minLength ?? 0} to ${maxLength} characters`;
};

/** The fields of a kind besides the snapshot. */
const fieldsOf = (kind: ActionKind): readonly string[] => {
  const { properties, required } = payloadSchema.parse(z.toJSONSchema(KINDS[kind].payload));
  const { snapshot: _snapshot, ...own } = properties;
  const rows = Object.entries(own).map(([name, field]) => [
    `\`${name}\``,
    required.includes(name) ? 'yes' : 'no',
    field.description ?? '',
    limitsOf(field),
  ]);
  return rows.length === 0
    ? ['It takes no field beside `idempotencyKey` and `kind`.']
    : markdownTable(['field', 'required', 'meaning', 'limits'], rows);
};

const sectionOf = (kind: ActionKind): readonly string[] => {
  const { provider, exampleOf } = KINDS[kind];
  const action = { idempotencyKey: `${EXAMPLE_QUOTE}-${kind}`, kind, ...exampleOf(EXAMPLE_QUOTE) };
  return [
    `## ${kind}`,
    '',
    `Its provider is \`${provider}\`; the function \`run-action-${provider}\` carries it out.`,
    '',
    ...fieldsOf(kind),
    '',
    'In a quote file:',
    '',
    '```json',
    JSON.stringify(action),
    '```',
    '',
  ];
};

const proofs = (): readonly string[] =>
  markdownTable(
    ['action', 'the provider keeps the key as', 'applied twice is', 'probe'],
    KIND_NAMES.map((kind) => {
      const { keptAs, appliedTwice, probe } = KINDS[kind].proof;
      return [`\`${kind}\``, keptAs, appliedTwice, probe];
    }),
  );

/** The whole page, formatted like the repository. */
export const renderKindsPage = (): Promise<string> =>
  formatMarkdown(
    [
      '# Kinds of action',
      '',
      'Generated from `lambdas/actions/kinds.ts` with `npm run generate`; a test fails when it is stale.',
      '',
      'Every effect has a key that goes to its provider ([architecture.md](architecture.md), "Exactly once, by proof"):',
      '',
      ...proofs(),
      '',
      ...KIND_NAMES.flatMap(sectionOf),
    ].join('\n'),
  );

/** Writes the page. */
export const writeKindsPage = async (): Promise<void> => writeFile(KINDS_PAGE, await renderKindsPage());
