/** Points in time as they are stored. */
import * as z from 'zod/mini';

/** The last millisecond of the year 9999: later moments have no form with a year of four digits. */
const MAX_EPOCH_MS = 253_402_300_799_999;

/** Milliseconds since the epoch. */
export const epochMsSchema = z.int().check(z.minimum(0), z.maximum(MAX_EPOCH_MS));
