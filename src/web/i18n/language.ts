import { computed, effect, signal } from '@preact/signals';
import { en } from './en.ts';
import { zh } from './zh.ts';
import type { Words } from './words.ts';

export type Language = 'en' | 'zh';

const ALL: Readonly<Record<Language, Words>> = { en, zh };
const KEY = 'lookout.language';

/** The language of the page: as it was chosen last, else the browser's first one that there is. */
export const language = signal<Language>(chosen() ?? preferred(navigator.languages));

const words = computed(() => ALL[language.value]);

/**
 * What the page says, by view: `t().live.title`. Read while rendering, so that a view follows when the language is switched. All of
 * it is plain text; what has numbers or names in it is a function.
 */
export function t(): Words {
  return words.value;
}

/** Tag for Intl: dates and numbers as the page's language writes them. */
export function locale(): string {
  return language.value === 'zh' ? 'zh-CN' : englishOf(navigator.languages);
}

export function setLanguage(to: Language): void {
  language.value = to;
  localStorage.setItem(KEY, to);
}

effect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-Hans' : 'en';
});

function chosen(): Language | undefined {
  const kept = localStorage.getItem(KEY);
  return kept === 'en' || kept === 'zh' ? kept : undefined;
}

function preferred(tags: readonly string[]): Language {
  const first = tags.map((tag) => tag.toLowerCase().split('-')[0]).find((tag) => tag === 'en' || tag === 'zh');
  return first === 'zh' ? 'zh' : 'en';
}

/** The English of the viewer's own country, whose dates they read. */
function englishOf(tags: readonly string[]): string {
  return tags.find((tag) => tag.toLowerCase().startsWith('en')) ?? 'en-GB';
}
