/** Every planted bug. */
import { AGREEMENT_BUGS } from './agreement-bugs.ts';
import type { ScopeBug } from './bug.ts';
import { LOG_BUGS } from './log-bugs.ts';
import { ORDER_BUGS } from './order-bugs.ts';
import { RIGHTS_BUGS } from './rights-bugs.ts';

/** Of rights, of orders, of other agreements, and of logs. */
export const BUGS: readonly ScopeBug[] = [...RIGHTS_BUGS, ...ORDER_BUGS, ...AGREEMENT_BUGS, ...LOG_BUGS];
