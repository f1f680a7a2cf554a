/** Parses the text after `/quoteq`. */
import { withoutBlankEnds } from '../../shared/contracts/text.ts';
import { quoteIdSchema } from '../../shared/contracts/quote-snapshot.ts';

/** What a command asks for. */
export type Command =
  | { readonly kind: 'quote'; readonly quoteId: string }
  | { readonly kind: 'stuck' }
  | { readonly kind: 'kpi' }
  | { readonly kind: 'help' };

const KEYWORDS = { stuck: { kind: 'stuck' }, kpi: { kind: 'kpi' }, help: { kind: 'help' } } as const;

const isKeyword = (word: string): word is keyof typeof KEYWORDS => Object.hasOwn(KEYWORDS, word);

/** Parses a command; an unknown one becomes `help`. Command words take precedence over quote ids of the same name. */
export function parseCommand(text: string): Command {
  const word = withoutBlankEnds(text);
  const keyword = word.toLowerCase();
  if (isKeyword(keyword)) return KEYWORDS[keyword];
  const quoteId = quoteIdSchema.safeParse(word);
  return quoteId.success ? { kind: 'quote', quoteId: quoteId.data } : { kind: 'help' };
}
