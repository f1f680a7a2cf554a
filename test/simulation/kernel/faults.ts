/** A plan: requests to the queue, and faults. Plain data, so that it can be printed, replayed and shrunk. */
import type { ActionKind } from '../../../lambdas/actions/kinds.ts';

/** Receivers of requests. `invoke` is an invocation of a function by Step Functions. */
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

/** Senders of requests: the functions, with all workers as one. */
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

/** Fault of one request. */
export const CallFault = {
  /** The connection cannot be made: certainly not sent. */
  Refused: 'refused',
  /** It never arrives; the caller gets a broken connection or waits until its own timeout. */
  RequestLost: 'request-lost',
  /** It is carried out; the caller gets a broken connection or waits until its own timeout. */
  ReplyLost: 'reply-lost',
  /** The caller has timed out; the request still arrives a little later. */
  AppliedLate: 'applied-late',
  /** An internal error; the request was not carried out. */
  ServerError: 'server-error',
  /** An internal error; the request was carried out. */
  ServerErrorApplied: 'server-error-applied',
  /** Too many requests; the request was not carried out. */
  Throttled: 'throttled',
  /** The caller is killed before it sends the request. */
  KilledBefore: 'killed-before',
  /** It is carried out, and the caller is killed before it reads the answer. */
  KilledAfter: 'killed-after',
  /** The caller's machine pauses for some seconds and continues with the answer. */
  Stalled: 'stalled',
  /** It is carried out, and the caller's machine pauses beyond its time limit without being killed: a zombie. */
  Frozen: 'frozen',
  /** Like `frozen`, but the request is throttled. */
  FrozenRefused: 'frozen-refused',
  /** It is delivered twice (functions only). */
  Doubled: 'doubled',
} as const;
/** One of {@link CallFault}. */
export type CallFault = (typeof CallFault)[keyof typeof CallFault];

/** Faults of providers during an outage. */
export type OutageFault = Exclude<
  CallFault,
  'killed-before' | 'killed-after' | 'stalled' | 'frozen' | 'frozen-refused' | 'doubled'
>;

/** One entry of a plan. Times are ms since the world began. */
export type PlanEntry =
  /** A client requests an action and retries until it is answered. */
  | {
      readonly kind: 'enqueue';
      readonly atMs: number;
      readonly action: ActionKind;
      readonly quote: number;
      readonly key: number;
    }
  /** The client's request is sent a second time, possibly while the first is in progress. */
  | { readonly kind: 'enqueue-again'; readonly atMs: number; readonly task: number }
  /** The same key with another payload, which must be refused. */
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
  /** An operator pauses a kind and resumes it; each request is retried until it is answered. */
  | {
      readonly kind: 'pause';
      readonly fromMs: number;
      readonly forMs: number;
      readonly action: ActionKind;
    }
  /** The n-th request to a port or of a function fails. */
  | { readonly kind: 'call'; readonly at: Port | Caller; readonly nth: number; readonly fault: CallFault }
  /** For a while, this share of the requests to a port fails. */
  | {
      readonly kind: 'outage';
      readonly port: Port;
      readonly fromMs: number;
      readonly forMs: number;
      readonly fault: OutageFault;
      readonly share: number;
    }
  /** A person stops a running execution in the console. */
  | { readonly kind: 'stop'; readonly atMs: number; readonly execution: number }
  /** A person redrives a failed execution, or starts one again under its name. */
  | { readonly kind: 'redrive'; readonly atMs: number; readonly execution: number }
  /** An additional sweep, possibly during another one. */
  | { readonly kind: 'sweep'; readonly atMs: number }
  /** The scheduler does not fire for a while. */
  | { readonly kind: 'no-sweep'; readonly fromMs: number; readonly forMs: number }
  /** Everything is slower by this factor. */
  | { readonly kind: 'slow'; readonly factor: number }
  /** Indexes lag by up to this time. */
  | { readonly kind: 'index-lag'; readonly fromMs: number; readonly forMs: number; readonly lagMs: number }
  /** A newer release runs beside this one for a while and stores values that this one does not know. */
  | { readonly kind: 'next-release'; readonly fromMs: number; readonly forMs: number }
  /** Clocks of functions differ by up to this share of the policy's limit. */
  | { readonly kind: 'skew'; readonly share: number }
  /** The n-th batch of the stream, or message of a queue, is delivered once more `afterMs` later. */
  | {
      readonly kind: 'redeliver';
      readonly source: 'stream' | 'queue';
      readonly nth: number;
      readonly afterMs: number;
    };

/** A complete run. */
export interface Plan {
  /** Seed of latencies and of everything else that is not a fault. */
  readonly seed: number;
  readonly entries: readonly PlanEntry[];
}
