/** Settings of SDK clients that the API functions share. */

/** 2 requests × (1 s connect + 1.5 s answer) = 5 s at most, so that with the store's answer 10 s suffice. */
export const SFN_OPTIONS = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 1_500 },
} as const;
