/** Measures and colours of the page. Lengths are points (1/72 inch). */
import type { TextStyle } from './text-flow.ts';

/** A style with its colour. */
export interface Style extends TextStyle {
  /** `#rrggbb`. */
  readonly color: string;
}

/** Restrained: one accent, ink, and two greys. */
export const Color = { Accent: '#1f3a5f', Ink: '#1d2129', Quiet: '#667080', Rule: '#d5d9e0' } as const;

/** A4 with its margins: left, top, right, bottom. */
export const PAGE = { size: 'A4', widthPoints: 595.28, margins: [48, 48, 48, 60] } as const;

/** Width between the margins. */
export const CONTENT_WIDTH_POINTS = PAGE.widthPoints - PAGE.margins[0] - PAGE.margins[2];

const style = (sizePoints: number, color: string, bold = false): Style => ({ sizePoints, color, bold });

/** Every style of the document. */
export const Styles = {
  SellerName: style(14, Color.Accent, true),
  DocumentName: style(20, Color.Accent),
  Title: style(12, Color.Ink, true),
  Label: style(7.5, Color.Quiet, true),
  Body: style(9, Color.Ink),
  BodyBold: style(9, Color.Ink, true),
  FieldLabel: style(9, Color.Quiet),
  Quiet: style(8.5, Color.Quiet),
  Total: style(11, Color.Accent, true),
  Footer: style(7.5, Color.Quiet),
} as const satisfies Record<string, Style>;
