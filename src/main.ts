import { Command, CommanderError } from 'commander';
import { readFileSync } from 'node:fs';
import { LookoutError } from './errors.ts';
import { register as alerts } from './cli/alerts.ts';
import { register as camera } from './cli/camera.ts';
import { register as demo } from './cli/demo.ts';
import { register as doctor } from './cli/doctor.ts';
import { register as evaluate } from './cli/eval.ts';
import { register as events } from './cli/events.ts';
import { register as model } from './cli/model.ts';
import { register as rule } from './cli/rule.ts';
import { register as run } from './cli/run.ts';
import { register as watch } from './cli/watch.ts';

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
`;

/** Runs a command line and resolves to its exit code. Errors are one line on stderr: code, what is wrong, what to do. */
export async function main(argv: readonly string[]): Promise<number> {
  // `lookout events | head` ends the pipe early; that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : FAILED);
  });
  try {
    await program().parseAsync(argv);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error);
  }
}

function program(): Command {
  const { version, description } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Record<string, string>;
  const lookout = new Command('lookout').description(description ?? '').version(version ?? '').addHelpText('after', EXAMPLES);
  for (const register of [run, demo, camera, rule, events, alerts, watch, model, evaluate, doctor]) register(lookout);
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
