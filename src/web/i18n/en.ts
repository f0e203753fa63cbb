import { ask } from './en/ask.ts';
import { detail } from './en/detail.ts';
import { live } from './en/live.ts';
import { player } from './en/player.ts';
import { rules } from './en/rules.ts';
import { settings } from './en/settings.ts';
import { shell } from './en/shell.ts';
import { status } from './en/status.ts';
import { timeline } from './en/timeline.ts';
import { tokens } from './en/tokens.ts';
import { upload } from './en/upload.ts';

/** English; a namespace a view, each in a file of its own. The other languages have the same keys, which their type sees to. */
export const en = { shell, live, rules, settings, status, tokens, timeline, ask, detail, upload, player };
