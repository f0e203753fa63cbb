import type { Connection, Message } from './connection.ts';
import type { Topics } from './topics.ts';

/** Looks after what the broker keeps of daemons that share the cameras. */
export interface Neighbours {
  connected(connection: Connection): void;
  disconnected(): void;
  /** Says whether the message was for it. */
  message(message: Message): boolean;
}

/**
 * Where there are fewer shards than there were, or a Lookout without shards went before, what the broker keeps of those that are gone
 * ("offline") would stand for ever: it is taken away. Without a shard nothing is looked at.
 */
export function neighbours(names: Topics): Neighbours {
  const { shard, prefix } = names;
  const alone = `${prefix}/available`;
  let connection: Connection | undefined;
  const isOf = (topic: string): number => Number(topic.startsWith(`${prefix}/shard/`) ? (/^(\d{1,9})\/available$/.exec(topic.slice(`${prefix}/shard/`.length))?.[1] ?? 0) : 0);
  return {
    connected(opened) {
      if (!shard) return;
      connection = opened;
      opened.subscribe([names.shardAvailable('+'), alone], () => undefined);
    },
    disconnected: () => {
      connection = undefined;
    },
    message({ topic, payload }) {
      if (!shard) return false;
      const index = isOf(topic);
      if (index === 0 && topic !== alone) return false;
      const gone = (topic === alone || index > shard.of) && payload.toString('utf8') === 'offline';
      if (gone) for (const what of ['available', 'history']) connection?.publish(topic.replace(/available$/, what), '', { qos: 1, retain: true });
      return true;
    },
  };
}
