/** Works through items with several workers, each on one item at a time; results in the items' order. The first error ends it. */
export async function shareOut<T, W, R>(items: readonly T[], workers: readonly W[], work: (item: T, worker: W) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  let failed = false;
  const lane = async (worker: W): Promise<void> => {
    for (let next = queue.shift(); next && !failed; next = queue.shift()) {
      const [at, item] = next;
      try {
        results[at] = await work(item, worker);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(workers.map(lane));
  return results;
}
