import { LookoutError } from '../errors.ts';
import type { RunningModel } from '../infer/runningModel.ts';

/** How the model fares, as it was last heard of. */
export interface ModelState {
  state(): 'opening' | 'ready' | 'failed';
  /** why it could not be opened */
  problem(): LookoutError | null;
}

/** Follows the model's process from its start. */
export function modelState(model: Pick<RunningModel, 'ready' | 'state$'>): ModelState {
  let opened = false;
  let up = false;
  let problem: LookoutError | null = null;
  model.state$.subscribe((state) => (up = state === 'up'));
  model.ready.then(
    () => (opened = true),
    (error: unknown) => (problem = error instanceof LookoutError ? error : new LookoutError('MODEL_RUNTIME', String(error))),
  );
  return { state: () => (problem ? 'failed' : opened && up ? 'ready' : 'opening'), problem: () => problem };
}
