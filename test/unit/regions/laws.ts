const { LAW_RUNS: fewer } = process.env;

/** Number of random cases per law: 10,000, or the environment variable `LAW_RUNS`. */
export const LAW_RUNS = Number(fewer ?? 10_000);
