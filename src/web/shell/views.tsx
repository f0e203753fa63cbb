import type { ComponentType } from 'preact';
import { lazy } from 'preact/compat';
import type { IconName } from '../ui/icon.tsx';
import type { Scope } from '../session.ts';

export type ViewName = 'live' | 'timeline' | 'ask' | 'rules' | 'status' | 'settings' | 'tokens';

export interface ViewEntry {
  readonly name: ViewName;
  readonly icon: IconName;
  /** pressed after g */
  readonly key: string;
  readonly page: ComponentType;
  /** who sees it at all */
  readonly scope?: Scope;
}

/** What the page has, in the order of its navigation. Each view is a file of its own that is fetched when it is first wanted. */
export const VIEWS: readonly ViewEntry[] = [
  { name: 'live', icon: 'live', key: 'l', page: lazy(async () => (await import('../cameras/page.tsx')).LivePage) },
  { name: 'timeline', icon: 'timeline', key: 't', page: lazy(async () => (await import('../timeline/page.tsx')).TimelinePage) },
  { name: 'ask', icon: 'ask', key: 'a', page: lazy(async () => (await import('../ask/page.tsx')).AskPage) },
  { name: 'rules', icon: 'rules', key: 'r', page: lazy(async () => (await import('../rules/page.tsx')).RulesPage) },
  { name: 'status', icon: 'status', key: 's', page: lazy(async () => (await import('../status/page.tsx')).StatusPage) },
  { name: 'settings', icon: 'settings', key: 'c', page: lazy(async () => (await import('../settings/page.tsx')).SettingsPage), scope: 'admin' },
  { name: 'tokens', icon: 'tokens', key: 'k', page: lazy(async () => (await import('../tokens/page.tsx')).TokensPage), scope: 'admin' },
];

export const DetailPanel = lazy(async () => (await import('../detail/panel.tsx')).DetailPanel);
