import { randomUUID } from 'node:crypto';
import type { Command } from '../alerts/commands.ts';
import type { Journal } from '../alerts/historyDrain.ts';
import type { PublisherOptions } from '../alerts/publisher.ts';
import { brokerAccess } from '../alerts/tls.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { HistoryBounds } from '../store/history.ts';

/** How the broker is spoken to, and what people may switch there. */
export function publisherOptions(current: () => LoadedConfig, journal: Journal, onCommand: (command: Command) => void): PublisherOptions {
  const { config, shard } = current();
  const { site, mqtt } = config;
  const { prefix, settle, expiry, history, media_url: mediaUrl, commands, discovery, discovery_prefix: place } = mqtt;
  return {
    ...brokerAccess(mqtt),
    prefix, settle, expiry,
    ...(site === undefined ? {} : { site }),
    ...(shard ? { shard } : {}),
    ...(history ? { history: journal } : {}),
    ...(mediaUrl === undefined ? {} : { mediaUrl }),
    clientId: clientId({ config, ...(shard ? { shard } : {}) }),
    switches: {
      rules: () => current().rules.map(({ id, alert, severity, enabled, snoozedUntil }) => ({ id, text: alert, severity, enabled, snoozedUntil: snoozedUntil ?? null })),
      cameras: () => current().config.cameras.map(({ id, enabled }) => ({ id, enabled })),
    },
    discovery: { prefix: place, enabled: discovery },
    ...(commands ? { onCommand } : {}),
  };
}

/** Says whose it is to people who look at the broker's list; what tells it from all others is random, and of this run. */
function clientId({ config: { site }, shard }: Pick<LoadedConfig, 'config' | 'shard'>): string {
  return ['lookout', ...(site === undefined ? [] : [site]), ...(shard ? [shard.index] : []), randomUUID().slice(0, 8)].join('-');
}

const HOUR_MS = 3_600_000;

/** How much of the history may wait for the broker; undefined where it is not told to it. */
export function historyBounds({ config: { mqtt } }: Pick<LoadedConfig, 'config'>): HistoryBounds | undefined {
  return mqtt.history ? { rows: mqtt.history_rows, age: mqtt.history_hours * HOUR_MS } : undefined;
}
