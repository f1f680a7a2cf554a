/** Cases that each law is tried with. */
export const LAW_RUNS = 10_000;
