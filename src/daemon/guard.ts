import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';

/** Runs what may fail without the daemon failing (a full disk, say): the error is logged, once each time. */
export function guard(log: Logger, operation: () => void): void {
  try {
    operation();
  } catch (error) {
    if (error instanceof LookoutError) log.error({ code: error.code }, error.message);
    else log.error({ err: error }, 'unexpected error');
  }
}
