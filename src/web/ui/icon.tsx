/** Strokes of 24 × 24, drawn for this page; names say what they stand for. */
const PATHS = {
  eye: 'M2.5 12c2.6-4.3 5.8-6.5 9.5-6.5s6.9 2.2 9.5 6.5c-2.6 4.3-5.8 6.5-9.5 6.5S5.1 16.3 2.5 12Z M12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6Z',
  live: 'M3 7.5A2.5 2.5 0 0 1 5.5 5h8A2.5 2.5 0 0 1 16 7.5v9a2.5 2.5 0 0 1-2.5 2.5h-8A2.5 2.5 0 0 1 3 16.5Z M16 10.5l5-3v9l-5-3',
  timeline: 'M3 6h8 M14 6h3 M6 12h12 M3 18h5 M11 18h10',
  ask: 'M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H11l-5 4v-4A2 2 0 0 1 4 14Z M8.5 8.5h7 M8.5 11.7h4',
  rules: 'M9.5 6H20 M9.5 12H20 M9.5 18H20 M3.5 6l1.2 1.2L7 4.9 M3.5 12l1.2 1.2L7 10.9 M3.5 18l1.2 1.2L7 16.9',
  settings: 'M4 7h9 M17 7h3 M4 17h3 M11 17h9 M15 5v4 M9 15v4',
  tokens: 'M14.5 3.5a6 6 0 1 0 3.7 10.7 M14.5 3.5a6 6 0 0 1 6 6 M9.5 13.5L3.5 19.5V21H7v-2.5h2.5V16h2.2 M16 7.5h.01',
  status: 'M3 12h4l2.5-7 4.5 14 2.5-7H21',
  bell: 'M6 10a6 6 0 1 1 12 0c0 5 2 6.5 2 6.5H4S6 15 6 10Z M10 19.5a2.2 2.2 0 0 0 4 0',
  snooze: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Z M9.5 9h5l-5 6h5',
  add: 'M12 5v14 M5 12h14',
  less: 'M5 12h14',
  range: 'M4 5v14 M20 5v14 M8 12h8 M10 9.5L7.5 12l2.5 2.5 M14 9.5l2.5 2.5-2.5 2.5',
  remove: 'M4.5 6.5h15 M9 6.5V4h6v2.5 M6.5 6.5l1 13.5h9l1-13.5 M10 10.5v6 M14 10.5v6',
  edit: 'M4 20l.8-4L16 4.8a1.7 1.7 0 0 1 2.4 0l.8.8a1.7 1.7 0 0 1 0 2.4L8 19.2Z M14 7l3 3',
  close: 'M6 6l12 12 M18 6L6 18',
  check: 'M4.5 12.5l5 5 10-11',
  warning: 'M12 4l9 15.5H3Z M12 10v4.5 M12 17h.01',
  info: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Z M12 11v5 M12 8h.01',
  light: 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8Z M12 2.5v2 M12 19.5v2 M2.5 12h2 M19.5 12h2 M5.3 5.3l1.4 1.4 M17.3 17.3l1.4 1.4 M18.7 5.3l-1.4 1.4 M6.7 17.3l-1.4 1.4',
  dark: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z',
  system: 'M4 5h16v11H4Z M9 20h6 M12 16v4',
  language: 'M3.5 6h9 M8 4v2 M11 6c-.8 4-3.5 7-7 8.5 M5.5 9c1 2.5 3.2 4.5 5.5 5.5 M12.5 20l4-9.5 4 9.5 M14 17h5',
  more: 'M5 11.3a.7.7 0 1 1 0 1.4.7.7 0 0 1 0-1.4Z M12 11.3a.7.7 0 1 1 0 1.4.7.7 0 0 1 0-1.4Z M19 11.3a.7.7 0 1 1 0 1.4.7.7 0 0 1 0-1.4Z',
  out: 'M10 4H6.5A2.5 2.5 0 0 0 4 6.5v11A2.5 2.5 0 0 0 6.5 20H10 M15 8l4 4-4 4 M19 12H9.5',
  keys: 'M3 7.5h18v9.5H3Z M7 11h.01 M10.5 11h.01 M14 11h.01 M17.5 11h.01 M8.5 14h7',
  book: 'M5 4.5h10A3.5 3.5 0 0 1 18.5 8v12H8A3 3 0 0 1 5 17Z M5 17a3 3 0 0 1 3-3h10.5',
  play: 'M8 5.5v13l10.5-6.5Z',
  pause: 'M8 5.5v13 M16 5.5v13',
  large: 'M9 4H4v5 M15 4h5v5 M9 20H4v-5 M15 20h5v-5',
  back: 'M14.5 5.5L8 12l6.5 6.5',
  next: 'M9.5 5.5L16 12l-6.5 6.5',
  down: 'M5.5 9.5L12 16l6.5-6.5',
  search: 'M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14Z M16 16l4.5 4.5',
  test: 'M9 3.5h6 M10 3.5v6L4.8 18A1.7 1.7 0 0 0 6.3 20.5h11.4A1.7 1.7 0 0 0 19.2 18L14 9.5v-6 M7.5 15h9',
  clock: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Z M12 7.5V12l3 2',
  upload: 'M12 15.5V4.5 M7.5 9L12 4.5 16.5 9 M4.5 15v4.5h15V15',
  download: 'M12 4.5v11 M7.5 11l4.5 4.5 4.5-4.5 M4.5 19.5h15',
  copy: 'M9 9h10.5v10.5H9Z M5 15H4.5V4.5H15V5',
  right: 'M7 11v9H4v-9Z M7 11l4-7.5a2 2 0 0 1 2 2V9h5.2a2 2 0 0 1 2 2.4l-1.3 6.8a2 2 0 0 1-2 1.7H7',
  wrong: 'M7 13V4H4v9Z M7 13l4 7.5a2 2 0 0 0 2-2V15h5.2a2 2 0 0 0 2-2.4l-1.3-6.8a2 2 0 0 0-2-1.7H7',
  offline: 'M4 4l16 16 M8.5 16a5 5 0 0 1 6 0 M5 12.5a10 10 0 0 1 4-2.2 M19 12.5a10 10 0 0 0-5-2.5 M12 19.5h.01',
  lock: 'M6 10.5h12v9.5H6Z M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5',
} as const;

export type IconName = keyof typeof PATHS;

/** A picture beside words: hidden from screen readers unless it has a `label`. */
export function Icon({ name, size = 18, label }: { name: IconName; size?: number; label?: string }) {
  const heard = label ? { role: 'img' as const, 'aria-label': label } : { 'aria-hidden': true as const };
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" {...heard}>
      <path d={PATHS[name]} />
    </svg>
  );
}
