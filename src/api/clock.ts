import { ownZone, wallOf } from '../rules/zone.ts';

/** A time as people of a zone read it, with the zone's name: 2026-01-31 14:05:09.2 (Europe/Berlin) */
export function zonedTime(ms: number, timezone: string = ownZone()): string {
  return `${bareTime(ms, timezone)} (${timezone})`;
}

/** The same without the name. */
export function bareTime(ms: number, timezone: string): string {
  return new Date(wallOf(ms, timezone)).toISOString().slice(0, 21).replace('T', ' ');
}
