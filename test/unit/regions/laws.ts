const { LAW_RUNS: fewer } = process.env;

/** Cases that each law is tried with: 10,000, or what the environment variable `LAW_RUNS` says. */
export const LAW_RUNS = Number(fewer ?? 10_000);
