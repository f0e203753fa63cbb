import { ask } from './zh/ask.ts';
import { detail } from './zh/detail.ts';
import { live } from './zh/live.ts';
import { player } from './zh/player.ts';
import { rules } from './zh/rules.ts';
import { settings } from './zh/settings.ts';
import { shell } from './zh/shell.ts';
import { status } from './zh/status.ts';
import { timeline } from './zh/timeline.ts';
import { tokens } from './zh/tokens.ts';
import { upload } from './zh/upload.ts';
import type { Words } from './words.ts';

/** Simplified Chinese. */
export const zh: Words = { shell, live, rules, settings, status, tokens, timeline, ask, detail, upload, player };
