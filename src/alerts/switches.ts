import { owns } from '../fleet/shard.ts';
import type { Board } from './board.ts';
import type { Topics } from './topics.ts';

/** A rule as its switch shows it. */
export interface RuleSwitch {
  readonly id: string;
  /** what it alerts on, in its writer's words */
  readonly text: string;
  readonly severity: string;
  readonly enabled: boolean;
  /** wall clock, ms; null or absent while it is not snoozed */
  readonly snoozedUntil?: number | null;
}

export interface CameraSwitch {
  readonly id: string;
  readonly enabled: boolean;
}

/** What can be switched, as the configuration has it now; also cameras that another daemon watches. */
export interface Switches {
  rules(): readonly RuleSwitch[];
  cameras(): readonly CameraSwitch[];
}

/** Puts the retained states on the board, and takes those away of what is gone. A camera's is told by the daemon that watches it. */
export function switchStates(names: Topics, switches: Switches, board: Board): { show(): void } {
  const shown = new Map<string, string>();
  return {
    show() {
      const now = new Map(statesOf(names, switches));
      for (const topic of [...shown.keys()].filter((key) => !now.has(key))) {
        board.put(topic, '');
        shown.delete(topic);
      }
      for (const [topic, payload] of now) {
        if (shown.get(topic) !== payload) board.put(topic, payload);
        shown.set(topic, payload);
      }
    },
  };
}

/** ON or OFF, and until when a rule is snoozed (ISO 8601), or None, as Home Assistant calls what is not. */
function statesOf(names: Topics, switches: Switches): [string, string][] {
  const on = (enabled: boolean): string => (enabled ? 'ON' : 'OFF');
  const until = (at: number | null | undefined): string => (at && at > Date.now() ? new Date(at).toISOString() : 'None');
  return [
    ...switches.rules().flatMap(({ id, enabled, snoozedUntil }): [string, string][] => [
      [names.state('rule', id), on(enabled)],
      [names.snoozeState(id), until(snoozedUntil)],
    ]),
    ...switches.cameras().filter(({ id }) => owns(names.shard, id)).map(({ id, enabled }): [string, string] => [names.state('camera', id), on(enabled)]),
  ];
}
