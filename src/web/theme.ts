import { effect, signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'lookout.theme';
const kept = localStorage.getItem(KEY);

/** As the system has it, until somebody chooses. */
export const theme = signal<Theme>(kept === 'light' || kept === 'dark' ? kept : 'auto');
const systemDark = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(systemDark.matches);
systemDark.addEventListener('change', (event) => (systemIsDark.value = event.matches));

export const isDark = (): boolean => (theme.value === 'auto' ? systemIsDark.value : theme.value === 'dark');

export function setTheme(to: Theme): void {
  theme.value = to;
  if (to === 'auto') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, to);
}

export function toggleTheme(): void {
  setTheme(isDark() ? 'light' : 'dark');
}

effect(() => {
  if (theme.value === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme.value;
});
