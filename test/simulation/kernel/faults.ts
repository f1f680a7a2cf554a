/** A plan: what is asked of the queue, and what goes wrong. Data only, so that it prints, replays and shrinks. */
import type { ActionKind } from '../../../lambdas/actions/kinds.ts';

/** Whom a request can be made to. `invoke` is Step Functions calling a function. */
export const Port = {
  Dynamo: 'dynamodb',
  Crm: 'crm',
  Slack: 'slack',
  S3: 's3',
  Machine: 'states',
  Bus: 'events',
  Queue: 'sqs',
  Invoke: 'invoke',
} as const;
/** One of {@link Port}. */
export type Port = (typeof Port)[keyof typeof Port];

/** Who makes requests: the functions, all workers as one. */
export const Caller = {
  Worker: 'run-action',
  LostWorker: 'record-lost-worker',
  Sweep: 'sweep',
  Publisher: 'publish-transitions',
  Cards: 'update-card',
  Clicks: 'operate-click',
  Enqueue: 'enqueue-action',
  Control: 'control-action',
} as const;
/** One of {@link Caller}. */
export type Caller = (typeof Caller)[keyof typeof Caller];

/** What becomes of one request. */
export const CallFault = {
  /** The connection cannot be made: certainly not sent. */
  Refused: 'refused',
  /** It never arrives; the caller is told that the connection broke, or waits until its own timeout. */
  RequestLost: 'request-lost',
  /** It is carried out; the caller is told that the connection broke, or waits until its own timeout. */
  ReplyLost: 'reply-lost',
  /** The caller has given up on it; it arrives all the same, a little later. */
  AppliedLate: 'applied-late',
  /** An internal error, and nothing was done. */
  ServerError: 'server-error',
  /** An internal error, and it was done all the same. */
  ServerErrorApplied: 'server-error-applied',
  /** Too many requests: nothing was done. */
  Throttled: 'throttled',
  /** The caller is killed before it is sent. */
  KilledBefore: 'killed-before',
  /** It is carried out, and the caller is killed before it reads the answer. */
  KilledAfter: 'killed-after',
  /** The caller's machine pauses for some seconds and continues with the answer. */
  Stalled: 'stalled',
  /** It is carried out, and the caller's machine pauses beyond its time limit without being killed: a zombie. */
  Frozen: 'frozen',
  /** The same, with the answer that there is too much to do. */
  FrozenRefused: 'frozen-refused',
  /** It is delivered twice (functions only). */
  Doubled: 'doubled',
} as const;
/** One of {@link CallFault}. */
export type CallFault = (typeof CallFault)[keyof typeof CallFault];

/** What providers answer during an outage. */
export type OutageFault = Exclude<
  CallFault,
  'killed-before' | 'killed-after' | 'stalled' | 'frozen' | 'frozen-refused' | 'doubled'
>;

/** One entry of a plan. Times are ms since the world began. */
export type PlanEntry =
  /** A client asks for an action; it asks again until it is answered. */
  | {
      readonly kind: 'enqueue';
      readonly atMs: number;
      readonly action: ActionKind;
      readonly quote: number;
      readonly key: number;
    }
  /** The client's request is sent a second time, while the first may be under way. */
  | { readonly kind: 'enqueue-again'; readonly atMs: number; readonly task: number }
  /** The same key with another payload; must be refused. */
  | { readonly kind: 'reuse-key'; readonly atMs: number; readonly task: number }
  /** An operator clicks a button of a card as Slack shows it. */
  | { readonly kind: 'press'; readonly atMs: number; readonly task: number; readonly button: number }
  /** An operator uses the API with the version that was current `staleMs` ago. */
  | {
      readonly kind: 'control';
      readonly atMs: number;
      readonly task: number;
      readonly action: 'retry' | 'abandon' | 'cancel';
    }
  /** Somebody pauses a kind, and resumes it: each asked for until it is answered. */
  | {
      readonly kind: 'pause';
      readonly fromMs: number;
      readonly forMs: number;
      readonly action: ActionKind;
    }
  /** The n-th request to a port, or of a function, goes wrong. */
  | { readonly kind: 'call'; readonly at: Port | Caller; readonly nth: number; readonly fault: CallFault }
  /** Every request to a port goes wrong for a while, this share of them. */
  | {
      readonly kind: 'outage';
      readonly port: Port;
      readonly fromMs: number;
      readonly forMs: number;
      readonly fault: OutageFault;
      readonly share: number;
    }
  /** Somebody stops a running execution in the console. */
  | { readonly kind: 'stop'; readonly atMs: number; readonly execution: number }
  /** Somebody redrives an execution that has failed, or starts one again under its name. */
  | { readonly kind: 'redrive'; readonly atMs: number; readonly execution: number }
  /** One more sweep, while another may be under way. */
  | { readonly kind: 'sweep'; readonly atMs: number }
  /** The scheduler does not fire for a while. */
  | { readonly kind: 'no-sweep'; readonly fromMs: number; readonly forMs: number }
  /** Everything takes this many times as long. */
  | { readonly kind: 'slow'; readonly factor: number }
  /** Indexes lag behind by up to this. */
  | { readonly kind: 'index-lag'; readonly fromMs: number; readonly forMs: number; readonly lagMs: number }
  /** A newer release runs beside this one for a while, and stores what this one does not know. */
  | { readonly kind: 'next-release'; readonly fromMs: number; readonly forMs: number }
  /** Clocks of functions differ by up to this share of what the policy allows. */
  | { readonly kind: 'skew'; readonly share: number }
  /** The n-th batch of the stream, or message of a queue, is delivered once more `afterMs` later. */
  | {
      readonly kind: 'redeliver';
      readonly source: 'stream' | 'queue';
      readonly nth: number;
      readonly afterMs: number;
    };

/** A whole run. */
export interface Plan {
  /** Latencies and everything else that is no fault. */
  readonly seed: number;
  readonly entries: readonly PlanEntry[];
}
