import { z } from 'zod';
import { parsed, plain } from './text.ts';
import type { Topics } from './topics.ts';

/** What people ask for over MQTT. */
export type Command =
  | { readonly kind: 'rule' | 'camera'; readonly id: string; readonly enabled: boolean }
  /** 0 seconds ends it */
  | { readonly kind: 'snooze'; readonly rule: string; readonly seconds: number }
  | { readonly kind: 'feedback'; readonly alertId: string; readonly right: boolean; readonly note: string };

/** Longer than any command; what exceeds it is not looked at. */
const MOST_BYTES = 4096;
const MOST_NOTE = 1000;
/** A year: who wants longer switches the rule off. */
const MOST_SNOOZE_S = 31_536_000;

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const feedback = z.strictObject({ verdict: z.enum(['right', 'wrong']), note: z.string().optional() });

/** The command that a message holds, to the letter, or undefined. */
export function parseCommand(names: Topics, topic: string, payload: Buffer): Command | undefined {
  if (payload.length > MOST_BYTES || !topic.startsWith(`${names.prefix}/`)) return undefined;
  const text = utf8(payload);
  const parts = /^(rule|camera|alert)\/([A-Za-z0-9_-]{1,64})\/(set|snooze\/set|feedback\/set)$/.exec(topic.slice(names.prefix.length + 1));
  if (!parts || text === undefined) return undefined;
  const [, kind, id = '', what] = parts;
  if (kind === 'alert') return what === 'feedback/set' ? feedbackOf(id, text) : undefined;
  if (!/^[a-z0-9_-]+$/.test(id)) return undefined;
  if (kind === 'rule' && what === 'snooze/set') return snoozeOf(id, text);
  if (what !== 'set' || (text !== 'ON' && text !== 'OFF')) return undefined;
  return { kind: kind === 'rule' ? 'rule' : 'camera', id, enabled: text === 'ON' };
}

function snoozeOf(rule: string, text: string): Command | undefined {
  const [, digits, unit = 's'] = /^(\d{1,8})([smhd]?)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const seconds = Number(digits) * (UNITS[unit || 's'] ?? 1);
  return seconds <= MOST_SNOOZE_S ? { kind: 'snooze', rule, seconds } : undefined;
}

function feedbackOf(alertId: string, text: string): Command | undefined {
  if (text === 'right' || text === 'wrong') return { kind: 'feedback', alertId, right: text === 'right', note: '' };
  const read = feedback.safeParse(parsed(text));
  if (!read.success) return undefined;
  return { kind: 'feedback', alertId, right: read.data.verdict === 'right', note: plain(read.data.note ?? '', MOST_NOTE) };
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
