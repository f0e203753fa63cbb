import { randomUUID } from 'node:crypto';
import type { Command } from '../alerts/commands.ts';
import type { PublisherOptions } from '../alerts/publisher.ts';
import { brokerAccess } from '../alerts/tls.ts';
import type { LoadedConfig } from '../config/load.ts';

/** How the broker is spoken to, and what people may switch there. */
export function publisherOptions(current: () => LoadedConfig, onCommand: (command: Command) => void): PublisherOptions {
  const { mqtt } = current().config;
  const { prefix, settle, media_url: mediaUrl, commands, discovery, discovery_prefix: place } = mqtt;
  return {
    ...brokerAccess(mqtt),
    prefix, settle,
    ...(mediaUrl === undefined ? {} : { mediaUrl }),
    clientId: `lookout-${randomUUID().slice(0, 8)}`,
    switches: {
      rules: () => current().rules.map(({ id, alert, severity, enabled, snoozedUntil }) => ({ id, text: alert, severity, enabled, snoozedUntil: snoozedUntil ?? null })),
      cameras: () => current().config.cameras.map(({ id, enabled }) => ({ id, enabled })),
    },
    discovery: { prefix: place, enabled: discovery },
    ...(commands ? { onCommand } : {}),
  };
}
