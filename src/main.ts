import { Command, CommanderError } from 'commander';
import { readFileSync } from 'node:fs';
import { LookoutError } from './errors.ts';

/** The commands, in the order of the help. Only the one that is called is loaded: some bring in much. */
const COMMANDS: Record<string, () => Promise<{ register(program: Command): void }>> = {
  run: () => import('./cli/run.ts'),
  demo: () => import('./cli/demo.ts'),
  camera: () => import('./cli/camera.ts'),
  rule: () => import('./cli/rule.ts'),
  events: () => import('./cli/events.ts'),
  alerts: () => import('./cli/alerts.ts'),
  alert: () => import('./cli/alert.ts'),
  explain: () => import('./cli/explain.ts'),
  clip: () => import('./cli/clip.ts'),
  backup: () => import('./cli/backup.ts'),
  watch: () => import('./cli/watch.ts'),
  ask: () => import('./cli/ask.ts'),
  token: () => import('./cli/token.ts'),
  normalize: () => import('./cli/normalize.ts'),
  model: () => import('./cli/model.ts'),
  eval: () => import('./cli/eval.ts'),
  capacity: () => import('./cli/capacity.ts'),
  doctor: () => import('./cli/doctor.ts'),
};

/** Exit codes: what failed has a code of the catalogue, or was asked for wrongly. */
const FAILED = 1;
const MISUSED = 2;

const EXAMPLES = `
Examples:
  $ npx lookout camera add door 'rtsp://viewer:\${DOOR_PASSWORD}@192.168.1.20/stream1'
  $ npx lookout rule add "someone picks up phone"
  $ npx lookout run
  $ npx lookout events --since "10 minutes ago" --text phone
  $ npx lookout events --since 昨天下午3点 --json
  $ npx lookout explain --rule someone-picks-up-phone --at 14:05
`;

/** Runs a command line and resolves to its exit code. Errors are one line on stderr: code, what is wrong, what to do. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    await (await program(argv[2])).parseAsync(argv);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error);
  }
}

async function program(called = ''): Promise<Command> {
  const { version, description } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Record<string, string>;
  const lookout = new Command('lookout').description(description ?? '').version(version ?? '').addHelpText('after', EXAMPLES);
  const load = Object.hasOwn(COMMANDS, called) ? COMMANDS[called] : undefined;
  const commands = await Promise.all((load ? [load] : Object.values(COMMANDS)).map((command) => command()));
  for (const { register } of commands) register(lookout);
  settle(lookout);
  return lookout;
}

/** Usage errors are thrown and not printed by the parser, so that they look like all others. Subcommands do not inherit this. */
function settle(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => undefined }).showSuggestionAfterError();
  command.commands.forEach(settle);
}

function report(error: unknown): number {
  if (error instanceof LookoutError) {
    process.stderr.write(`${error.message}\n`);
    return error.code === 'USAGE' ? MISUSED : FAILED;
  }
  if (error instanceof CommanderError) {
    // Help that was asked for is no error; help for want of a subcommand has been printed.
    if (error.exitCode === 0) return 0;
    if (error.code === 'commander.help') return MISUSED;
    const detail = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ').replace(/([^.?!)])$/, '$1.');
    return report(new LookoutError('USAGE', detail));
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return FAILED;
}
