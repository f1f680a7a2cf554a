/**
 * The order of the font families for a quote. Four families share the Han letters and draw some of them differently, so one
 * family is asked first: that of the language, or the first that has all Han letters of the quote.
 */
import { FONT_FAMILIES, type FontFamilyKey } from '../contracts/font-files.ts';

const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/u;
const HANGUL = /\p{Script=Hangul}/u;
const HAN = /\p{Script=Han}/gu;

/** The family for simplified Chinese has the traditional letters too, so it is asked after the one for those. */
const HAN_FAMILIES = ['japanese', 'traditionalChinese', 'simplifiedChinese', 'korean'] as const;
type HanFamily = (typeof HAN_FAMILIES)[number];

/** Whether a family has all letters of a text. */
export type FamilyCovers = (family: FontFamilyKey, text: string) => boolean;

function firstHanFamily(text: string, covers: FamilyCovers): HanFamily {
  if (KANA.test(text)) return 'japanese';
  if (HANGUL.test(text)) return 'korean';
  const letters = text.match(HAN)?.join('') ?? '';
  return HAN_FAMILIES.find((family) => covers(family, letters)) ?? 'simplifiedChinese';
}

const isHanFamily = (key: string): key is HanFamily => HAN_FAMILIES.some((family) => family === key);

/** Names of all families, in the order in which a letter of `text` is looked for. */
export function fontOrder(text: string, covers: FamilyCovers): readonly string[] {
  const first = firstHanFamily(text, covers);
  const han = [first, ...HAN_FAMILIES.filter((family) => family !== first)];
  let next = 0;
  return Object.entries(FONT_FAMILIES).map(([key, family]) =>
    isHanFamily(key) ? FONT_FAMILIES[han[next++] ?? key].name : family.name,
  );
}
