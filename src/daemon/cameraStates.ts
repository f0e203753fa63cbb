import type { CameraStatus } from '../camera/camera.ts';

export type CameraState = CameraStatus | { readonly state: 'disabled'; readonly since: number };

/** How each camera fares, as it was last told; `told` hears every change. */
export class CameraStates {
  readonly #states = new Map<string, CameraState>();
  readonly #told: (camera: string, status: CameraState) => void;

  constructor(told: (camera: string, status: CameraState) => void) {
    this.#told = told;
  }

  of(camera: string): CameraState | undefined {
    return this.#states.get(camera);
  }

  /** undefined: the camera is no longer in the configuration */
  set(camera: string, status: CameraState | undefined): void {
    if (!status) return void this.#states.delete(camera);
    this.#states.set(camera, status);
    this.#told(camera, status);
  }

  /** all of them, by camera */
  all(): ReadonlyMap<string, CameraState> {
    return this.#states;
  }
}
