import type { Command } from 'commander';
import type { LoadedConfig } from '../config/load.ts';
import { loadRules } from '../config/rules.ts';
import { LookoutError } from '../errors.ts';
import type { WhyNotSources } from '../explain/ruleNow.ts';
import type { WhyNot } from '../explain/whyNot.ts';
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
async function whyNoAlert({ rule, camera, at, event, slack, config, json }: ExplainFlags): Promise<void> {
  if (rule === undefined || (at === undefined) === (event === undefined)) throw new LookoutError('USAGE', '--rule takes either --at or --event.');
  const answer = await withLog(config, async (store, loaded) => {
    const [{ whyNot }, { whyNotQuestion }, { whyNotContext }] = await Promise.all([import('../explain/whyNot.ts'), import('../explain/question.ts'), import('../explain/ruleNow.ts')]);
    const now = Date.now();
    const asked = { rule, slack, ...(camera === undefined ? {} : { camera }), ...(at === undefined ? {} : { at }), ...(event === undefined ? {} : { event }) };
    const question = whyNotQuestion(asked, { now, time: localTime, event: (id) => store.event(id), cameras: (id) => camerasOf(loaded, id) });
    return whyNot(store, question, whyNotContext({ ...filedRule(loaded, rule), camera: loaded.config.cameras.find((one) => one.id === question.camera), minConfidence: loaded.config.events.min_confidence, now, time: localTime }));
  });
  if (json) printJson(answer);
  else show(answer);
}

/** The rule and the file that holds it. */
function filedRule({ config }: LoadedConfig, id: string): Pick<WhyNotSources, 'rule' | 'file'> {
  const held = loadRules(config.rules_dir, () => new LookoutError('RULE_NOT_FOUND', `${config.rules_dir} cannot be read.`)).find((one) => one.rule.id === id);
  return { rule: held?.rule, file: held?.source.file ?? null };
}

function camerasOf({ config, rules }: LoadedConfig, id: string): readonly string[] {
  const own = rules.find((one) => one.id === id)?.cameras ?? [];
  return own.length > 0 ? own : config.cameras.map((one) => one.id);
}

const MARKS = { passed: 'ok', failed: 'NO', unknown: '?', open: '' };

function show({ says, checks }: WhyNot): void {
  print(visible(says), '');
  for (const check of checks) if (check.state !== 'open') print(visible(`${MARKS[check.state].padEnd(3)} ${check.name.padEnd(10)} ${check.says}`));
}
