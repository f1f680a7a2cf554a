/** Pieces of pdfmake content that every part of the page uses. */
import type { Column, Content, ContentStack } from 'pdfmake/interfaces.js';

/** A thin line across a width in points. */
export const rule = (color: string, widthPoints: number): Content => ({
  canvas: [{ type: 'line', x1: 0, y1: 0, x2: widthPoints, y2: 0, lineWidth: 0.75, lineColor: color }],
});

/** Content below content; margins are left, top, right, bottom. */
export const stack = (content: Content[], margin: [number, number, number, number]): ContentStack => ({
  stack: content,
  margin,
});

/** Two columns with a gap between them; a column's gap would otherwise pass down to the columns inside it. */
export const sideBySide = (
  columns: readonly [Column, Column],
  columnGap: number,
  margin: [number, number, number, number],
): Content => ({ columns: [...columns], columnGap, margin });
