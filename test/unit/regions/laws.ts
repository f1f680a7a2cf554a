/** Number of random cases per law. */
export const LAW_RUNS = 10_000;
