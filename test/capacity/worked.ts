import type { FigureName } from '../../src/capacity/catalogue.ts';
import type { Plan } from '../../src/capacity/demand.ts';
import type { Figures, Values } from '../../src/capacity/figures.ts';

/** Round numbers, so that what comes of them can be reckoned by hand; every resource but the model is far from its end. */
export const ROUND: Values = {
  cores: 100, memory_mb: 1_000_000, network_mbit_s: 1_000_000, disk_write_mb_s: 1_000_000, disk_free_gb: 1e9, broker_messages_s: 1e6, broker_messages_event: 5,
  camera_asleep_cores: 0.01, camera_decoding_cores: 0.1, camera_active_cores: 0.1, camera_memory_mb: 100, camera_mbit_s: 4,
  daemon_cores: 0, daemon_active_cores: 0, daemon_window_ms: 0, daemon_memory_mb: 1000,
  model_window_ms: 100, model_window_cpu_ms: 100, model_heartbeat_ms: 0, model_score_ms: 10, model_memory_mb: 2000,
  engine_window_kb: 200, events_active_hour: 0, texts_new: 1, log_event_kb: 2, disk_tb: 16,
};

export function given(values: Values): Figures {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, source: { kind: 'given' } }])) as Figures;
}

export function without(values: Values, ...names: readonly FigureName[]): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name as FigureName)));
}

/** Cameras before which something always moves, looked at once a second; nothing is recorded. */
export function planWith(values: Values = {}, plan: Partial<Plan> = {}): Plan {
  return {
    figures: given({ ...ROUND, ...values }), hop: 1, looksStill: 6, active: 1, rules: 0, recording: 'off', around: 20, days: 7, maxMb: 1e9, logDays: 30, model: 'process', ...plan,
  };
}
