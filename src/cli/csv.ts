import { print, visible } from './print.ts';

/**
 * A table as CSV (RFC 4180), for spreadsheets too: a cell that they would take for a formula has an apostrophe before it, as OWASP
 * advises against CSV injection. Numbers stay numbers.
 */
export function printCsv(header: readonly string[], rows: readonly (readonly (string | number | null)[])[]): void {
  // print() ends the line with the line feed.
  for (const row of [header, ...rows]) print(`${row.map(csvCell).join(',')}\r`);
}

export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[\s]*[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  const clean = visible(safe);
  return /[",\r\n]|^\s|\s$/.test(clean) ? `"${clean.replaceAll('"', '""')}"` : clean;
}
