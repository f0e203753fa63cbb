/** What a figure is of: its unit, and a value that is documented for where nobody has measured or given one. */
interface Entry {
  readonly unit: string;
  readonly what: string;
  readonly assumed?: { readonly value: number; readonly why: string };
}

const ON_SERVER = "of a 1920 × 1080 stream of 25 pictures a second on a server's core (test/bench)";

/** Every figure that the arithmetic rests on. What has no documented value is left out of it until it is measured or given. */
export const CATALOGUE = {
  cores: { unit: 'cores', what: 'processor cores of this machine' },
  others_cores: { unit: 'cores', what: 'that other programs took just before; not reckoned with' },
  memory_mb: { unit: 'MB', what: 'memory of this machine' },
  network_mbit_s: { unit: 'Mbit/s', what: 'network link of this machine', assumed: { value: 1000, why: 'a gigabit link' } },
  disk_write_mb_s: { unit: 'MB/s', what: 'what the disk writes, forced to it', assumed: { value: 100, why: 'one spinning disk' } },
  disk_free_gb: { unit: 'GB', what: 'free space of the disk' },
  broker_messages_s: { unit: 'messages/s', what: 'what a broker takes', assumed: { value: 5000, why: 'QoS 1 through one thread of a broker; brokers differ' } },
  broker_messages_event: { unit: 'messages', what: 'MQTT messages of an event, its alerts included', assumed: { value: 5, why: 'new, an update, end, and two of an alert' } },

  camera_asleep_cores: { unit: 'cores', what: 'of a camera while nothing moves', assumed: { value: 0.006, why: ON_SERVER } },
  camera_decoding_cores: { unit: 'cores', what: 'of a camera while all is decoded and nothing moves', assumed: { value: 0.11, why: ON_SERVER } },
  camera_active_cores: { unit: 'cores', what: 'of a camera while something moves', assumed: { value: 0.12, why: ON_SERVER } },
  camera_memory_mb: { unit: 'MB', what: "of a camera's process, without its packets", assumed: { value: 110, why: 'a hundred still cameras (test/bench)' } },
  camera_mbit_s: { unit: 'Mbit/s', what: 'that a camera sends', assumed: { value: 4, why: ON_SERVER } },

  daemon_cores: { unit: 'cores', what: 'of the daemon itself, whatever it watches', assumed: { value: 0.02, why: 'its timers, log and page' } },
  daemon_active_cores: { unit: 'cores', what: 'of the daemon for a camera in which something moves', assumed: { value: 0.01, why: 'four small pictures a second' } },
  daemon_window_ms: { unit: 'ms', what: 'of the daemon for a window', assumed: { value: 2, why: 'packing, the log, rules' } },
  daemon_memory_mb: { unit: 'MB', what: 'of the daemon', assumed: { value: 350, why: '128 MB of it for frames' } },

  model_window_ms: { unit: 'ms', what: 'of the model for a window that goes on, the machine being idle otherwise' },
  model_loaded_window_ms: { unit: 'ms', what: 'of the model for such a window beside cameras at work' },
  model_loaded_cores: { unit: 'cores', what: 'that those cameras and the daemon took meanwhile' },
  model_window_cpu_ms: { unit: 'ms', what: 'of processor of the model for a window, over all its threads' },
  model_cold_ms: { unit: 'ms', what: "of the model for a window whose keys and values are gone, and for a second look" },
  model_heartbeat_ms: { unit: 'ms', what: 'of the model for a look at a still scene' },
  model_score_ms: { unit: 'ms', what: 'of the model to hold an event against a rule' },
  model_memory_mb: { unit: 'MB', what: "of the model's process" },
  model_streams: { unit: 'cameras', what: 'whose keys and values the model keeps from window to window' },
  engine_windows_s: { unit: 'windows/s', what: 'that an engine answers' },
  engine_window_kb: { unit: 'kB', what: 'sent to an engine for a window', assumed: { value: 200, why: 'eight pictures of 25 kB' } },

  events_active_hour: { unit: 'events', what: 'an hour in which something moves', assumed: { value: 120, why: 'one in half a minute' } },
  texts_new: { unit: 'share', what: 'of the events, in words not yet held against the rules', assumed: { value: 0.5, why: 'scenes repeat, and scores are kept' } },
  log_event_kb: { unit: 'kB', what: 'of the log for an event with its looks and decisions', assumed: { value: 2, why: '0.3 kB an event (test/bench), and what it rests on' } },
  disk_tb: { unit: 'TB', what: "of one of a fleet's disks", assumed: { value: 16, why: 'a common size' } },
} as const satisfies Readonly<Record<string, Entry>>;

export type FigureName = keyof typeof CATALOGUE;

export const FIGURE_NAMES = Object.keys(CATALOGUE) as FigureName[];

export function entryOf(name: FigureName): Entry {
  return CATALOGUE[name];
}
