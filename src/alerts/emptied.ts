/** Waits until `empty` holds, `ms` at most, and says whether it does; asks whenever `waiters` are called. Rejects where asking throws. */
export function emptied(empty: () => boolean, ms: number, waiters: Set<() => void>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const end = (result: boolean): void => {
      clearTimeout(timer);
      waiters.delete(check);
      resolve(result);
    };
    const check = (): void => {
      try {
        if (empty()) end(true);
      } catch (error) {
        end(false);
        reject(error);
      }
    };
    const timer = setTimeout(() => end(false), ms);
    waiters.add(check);
    check();
  });
}
