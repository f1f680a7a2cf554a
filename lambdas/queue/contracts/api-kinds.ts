/** Kinds in the API: which are paused, and how that changes. */
import * as z from 'zod/mini';
import { ActionKind } from '../../actions/kinds.ts';
import { about, count, instant, reasonText, text } from './api.ts';
import { MAX_PAUSE_REASON_LENGTH } from './controls.ts';

/** A kind in URLs. */
export const kindSchema = z.enum(ActionKind);

/** Body of `pause`. */
export const pauseBodySchema = z.strictObject({
  reason: reasonText(MAX_PAUSE_REASON_LENGTH, 'Reason, for people; shown on the card of every held action'),
});

/** A kind as the API shows it. */
export const kindViewSchema = z.strictObject({
  kind: kindSchema,
  paused: z
    .boolean()
    .check(about('While it is, no action of the kind starts; `true` while its pause is damaged')),
  version: count(
    'Counts the changes; 0 while nobody has ever paused the kind, and while its pause is damaged. The ETag, for `If-Match`',
  ),
  reason: z.optional(text('Why; while it is paused')),
  actor: z.optional(text('Who gave that reason; while it is paused')),
  since: z.optional(instant('When it was paused; while it is')),
  resumed: z.optional(
    z
      .strictObject({ actor: text('Who'), at: instant('When') })
      .check(about('Who put it back to work; absent while it is paused, and if it never was')),
  ),
  damage: z.optional(
    text(
      'Of a pause that cannot be read: its fields, and what was expected of each. Actions of the kind are held until it is repaired',
    ),
  ),
  links: z.strictObject({
    pause: text('Pauses it, or gives another reason'),
    resume: z.optional(text('Present while it is paused')),
  }),
});
/** A kind as the API shows it. */
export type KindView = z.infer<typeof kindViewSchema>;

/** Every kind. */
export const kindListSchema = z.strictObject({ kinds: z.array(kindViewSchema) });

/** A kind after `pause` or `resume`. */
export const kindChangeSchema = z.extend(kindViewSchema, {
  changed: z.boolean().check(about('`false`: it was so already, and nothing was written')),
});
/** A kind after `pause` or `resume`. */
export type KindChangeView = z.infer<typeof kindChangeSchema>;
