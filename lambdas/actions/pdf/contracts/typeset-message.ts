/** What the process of the compiler is given and answers, and what it may use. */

/** One document to set. */
export interface TypesetRequest {
  /** Data of the page as JSON. */
  readonly quote: string;
  /** Date of the document, epoch seconds. */
  readonly dateEpochSeconds: number;
}

/** The PDF, or the reason why it could not be made: the compiler's message with file, line and column. */
export type TypesetAnswer =
  { readonly pdf: Uint8Array; readonly standard: string } | { readonly failure: string };

/** Most that one document may use. */
export interface TypesetLimits {
  readonly timeMs: number;
  /** Memory of the process. */
  readonly memoryMb: number;
}

/** The worker has 15 s for a task, and 1,769 MB. The largest quote that is accepted takes a fifth of both. */
export const TYPESET_LIMITS: TypesetLimits = { timeMs: 10_000, memoryMb: 1_000 };

/** A port that nothing listens to: the discard service. */
const CLOSED_PROXY = 'http://127.0.0.1:9';

/**
 * All variables of the process: no credential, and no way to the network. The compiler would load packages that a template
 * names, through a proxy that is closed here.
 */
export const TYPESET_ENVIRONMENT = {
  HTTP_PROXY: CLOSED_PROXY,
  HTTPS_PROXY: CLOSED_PROXY,
  ALL_PROXY: CLOSED_PROXY,
  http_proxy: CLOSED_PROXY,
  https_proxy: CLOSED_PROXY,
  all_proxy: CLOSED_PROXY,
  // Where the compiler looks for packages of its user.
  HOME: '/nonexistent',
} as const;

/** With this argument after the folder, the process sets the one document of its standard input and prints the failure, if any. */
export const CHECK_ARGUMENT = '--check';
