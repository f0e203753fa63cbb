import { LookoutError } from '../errors.ts';
import type { RunningModel } from '../infer/runningModel.ts';

/** How the model fares, as it was last heard of. */
export interface ModelState {
  state(): 'opening' | 'ready' | 'failed';
  /** why it could not be opened, or cannot be asked now */
  problem(): LookoutError | null;
}

/** Follows the model from its start. A process that is restarted is opening; engines that do not answer have failed until they do. */
export function modelState(model: Pick<RunningModel, 'ready' | 'state$' | 'problem'>): ModelState {
  let opened = false;
  let up = false;
  let problem: LookoutError | null = null;
  model.state$.subscribe((state) => (up = state === 'up'));
  model.ready.then(
    () => (opened = true),
    (error: unknown) => (problem = error instanceof LookoutError ? error : new LookoutError('MODEL_RUNTIME', String(error))),
  );
  const now = (): LookoutError | null => problem ?? (up ? null : (model.problem ?? null));
  return { state: () => (now() ? 'failed' : opened && up ? 'ready' : 'opening'), problem: now };
}
