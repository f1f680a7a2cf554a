/** Content of an account's events. An account is `account#<id>`. Personal values are ciphertext; the fold never opens them. */
import * as z from 'zod/mini';
import { decidedFactOf } from '../folds/decided-facts.ts';
import { factOf, nameSchema } from '../folds/facts.ts';

/** Key of the agreement about an address: `email#<HMAC>`. */
const emailKeySchema = z.string().check(z.minLength(1), z.maxLength(200));

/** Payload by type of event. */
export const accountFactSchema = z.discriminatedUnion('type', [
  /** New values of some fields. `null` empties a field. */
  factOf('account.fields_set', z.object({ fields: z.record(nameSchema, z.json()) })),
  /** The person claims this address. The agreement under this key decides whether they get it. */
  factOf('account.email_claimed', z.object({ emailKey: emailKeySchema, email: z.json() })),
  /** The person is erased: each Region replaces every key of the subject by a tombstone. */
  factOf('account.erased', z.object({})),
  /** Outcome of the agreement about an address, an event of `email#<HMAC>`. `owned` names the account that has it. */
  decidedFactOf('email.decided', z.object({ kind: z.string(), accountId: z.exactOptional(nameSchema) })),
]);

/** Content of an event of an account. */
export type AccountFact = z.output<typeof accountFactSchema>;
