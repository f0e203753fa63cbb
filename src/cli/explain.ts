import type { Command } from 'commander';
import { statSync } from 'node:fs';
import type { LoadedConfig } from '../config/load.ts';
import { LookoutError } from '../errors.ts';
import type { WhyNotContext } from '../explain/gather.ts';
import type { WhyNot } from '../explain/whyNot.ts';
import type { Schedule } from '../rules/rule.ts';
import type { Store } from '../store/store.ts';
import { configOption, jsonOption, parseId, parseNumber } from './options.ts';
import { localTime, print, printJson, visible } from './print.ts';
import { withLog } from './withLog.ts';

interface ExplainFlags {
  readonly config?: string;
  readonly rule?: string;
  readonly camera?: string;
  readonly at?: string;
  readonly event?: string;
  readonly slack: number;
  readonly json?: boolean;
}

const DEFAULT_SLACK = 10;

export function register(program: Command): void {
  program
    .command('explain')
    .summary('say why an alert came, or why none did')
    .description('Says where an alert or an event comes from: frames, what the model said, scores, times, delivery. Or, with --rule and --at, why no alert came.')
    .argument('[id]', 'of an alert or an event, or its beginning')
    .option('--rule <id>', 'why did this rule not alert …', parseId)
    .option('--camera <id>', '… at this camera (not needed where there is only one) …', parseId)
    .option('--at <time>', '… at this time: 2026-01-31T14:05, "10 minutes ago", 昨天下午3点 …')
    .option('--event <id>', '… for this event, instead of --at')
    .option('--slack <seconds>', 'how far --at may be off', parseNumber(0, 3600), DEFAULT_SLACK)
    .addOption(jsonOption('as one JSON object'))
    .addOption(configOption())
    .action((id: string | undefined, flags: ExplainFlags) => explain(id, flags));
}

async function explain(id: string | undefined, flags: ExplainFlags): Promise<void> {
  if (id !== undefined && flags.rule !== undefined) return whyNoAlert({ ...flags, event: flags.event ?? id });
  if (id === undefined && flags.rule !== undefined) return whyNoAlert(flags);
  const asked = id ?? flags.event;
  if (asked === undefined) throw new LookoutError('USAGE', 'explain takes an id, or --rule with --at or --event.');
  if (flags.at !== undefined) throw new LookoutError('USAGE', '--at needs --rule: which one should have alerted?');
  await withLog(flags.config, async (store, { config }) => {
    const { storyOf } = await import('../explain/story.ts');
    const { storyLines } = await import('./storyText.ts');
    const story = storyOf(store, asked);
    if (flags.json) printJson({ ...story, media: config.media.dir });
    else print(...storyLines(story, config.media.dir).map(visible));
  });
}

/** Whether there was an alert or why none: both are answers, and the exit code is 0. */
async function whyNoAlert(flags: ExplainFlags): Promise<void> {
  const { rule, at, event } = flags;
  if (rule === undefined || (at === undefined) === (event === undefined)) throw new LookoutError('USAGE', '--rule takes either --at or --event.');
  const answer = await withLog(flags.config, async (store, loaded) => {
    const { whyNot } = await import('../explain/whyNot.ts');
    const about = event === undefined ? undefined : found(store, event);
    const camera = flags.camera ?? about?.camera ?? onlyCamera(loaded, rule);
    const now = Date.now();
    const { from, to } = about ? { from: about.start, to: about.end } : await stretch(at ?? 'now', now);
    if (from > now) throw new LookoutError('USAGE', `${localTime(from)} lies ahead.`);
    const question = { rule, camera, from, to: Math.max(from, Math.min(to, now)), slack: flags.slack * 1000, ...(about ? { event: about.id } : {}) };
    return whyNot(store, question, await contextOf(loaded, rule, camera, now));
  });
  if (flags.json) printJson(answer);
  else show(answer);
}

function found(store: Store, id: string): { id: string; camera: string; start: number; end: number } {
  const event = store.event(id);
  if (!event) throw new LookoutError('LOG_UNKNOWN_ID', `the log has no event ${JSON.stringify(id.slice(0, 80))}.`);
  return event;
}

/** A moment, or what people mean by more than one: a whole day. */
async function stretch(at: string, now: number): Promise<{ from: number; to: number }> {
  const { parseWhen } = await import('../store/when.ts');
  const from = parseWhen(at, new Date(now), 'since');
  const to = parseWhen(at, new Date(now), 'until');
  // said without a day, an `until` may lie ahead where a `since` does not
  const end = to < from || to > now ? from : to;
  // 14:05 is all of that minute
  return { from, to: end === from && MINUTE.test(at) ? from + 59_999 : end };
}

/** A clock time without seconds, as a program or a person writes it. */
const MINUTE = /(?:^|[^\d:+])\d{1,2}[:：]\d{2}(?![\d:：])/u;

async function contextOf(loaded: LoadedConfig, id: string, cameraId: string, now: number): Promise<WhyNotContext> {
  const { config, rules } = loaded;
  const rule = rules.find((one) => one.id === id);
  const camera = config.cameras.find((one) => one.id === cameraId);
  const { inSchedule } = await import('../rules/schedule.ts');
  const changedAt = rule ? await changeOf(loaded, id) : null;
  return {
    now, time: localTime, camera, minConfidence: config.events.min_confidence,
    rule: rule && {
      id, enabled: rule.enabled, cameras: rule.cameras, threshold: rule.threshold, snoozedUntil: rule.snoozedUntil ?? null, until: rule.until ?? null,
      schedule: rule.schedule ? scheduleText(rule.schedule) : null, inSchedule: (at) => inSchedule(rule, at), changedAt,
    },
  };
}

/** Mon Tue 22:00-06:00 Europe/Berlin */
function scheduleText({ days, hours, timezone }: Schedule): string {
  const clock = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  return [...days.map((day) => DAYS[day]), ...hours.map(({ from, to }) => `${clock(from)}-${clock(to)}`), timezone].join(' ');
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** When the file that holds the rule was last written. */
async function changeOf({ config }: LoadedConfig, id: string): Promise<number | null> {
  const { loadRules } = await import('../config/rules.ts');
  const held = loadRules(config.rules_dir, () => new LookoutError('RULE_NOT_FOUND', `${config.rules_dir} cannot be read.`)).find((one) => one.rule.id === id);
  return held ? (statSync(held.source.file, { throwIfNoEntry: false })?.mtimeMs ?? null) : null;
}

function onlyCamera({ config, rules }: LoadedConfig, id: string): string {
  const own = rules.find((one) => one.id === id)?.cameras ?? [];
  const [camera, other] = own.length > 0 ? own : config.cameras.map((one) => one.id);
  if (camera === undefined || other !== undefined) throw new LookoutError('USAGE', 'Which camera? Give it with --camera.');
  return camera;
}

const MARKS = { passed: 'ok', failed: 'NO', unknown: '?', open: '' };

function show({ says, checks }: WhyNot): void {
  print(visible(says), '');
  for (const check of checks) if (check.state !== 'open') print(visible(`${MARKS[check.state].padEnd(3)} ${check.name.padEnd(10)} ${check.says}`));
}
