import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { createWriteStream } from 'node:fs';
import { randomInt } from 'node:crypto';
import { pino } from 'pino';
import { startDaemon } from '../daemon.ts';
import { closingLines } from '../demo/closing.ts';
import { coloured, uncoloured } from '../demo/columns.ts';
import { runDemo } from '../demo/demo.ts';
import { DEMO_MODEL, type DemoFolder, takeFolder } from '../demo/folder.ts';
import { createPlainLines } from '../demo/plainLines.ts';
import { pictureColumns, tableLines } from '../demo/screen.ts';
import { canDraw, createTerminal } from '../demo/terminal.ts';
import { requireEncoder } from '../demo/tools.ts';
import { createLogger, type Logger, withoutCredentials } from '../health/log.ts';
import { parseNumber } from './options.ts';
import { print, progress } from './print.ts';

interface DemoFlags {
  readonly for: number;
  readonly seed?: number;
  readonly json?: boolean;
  readonly plain?: boolean;
  readonly dir: string;
  readonly model: string;
  readonly rtmpPort: number;
  readonly mqttPort: number;
  readonly pagePort: number;
}

export function register(program: Command): void {
  program
    .command('demo')
    .summary('watch a made-up room: no camera, broker or GPU needed')
    .description('Films a made-up room over RTMP, lets Lookout watch it, hears the alerts over MQTT, and compares them with what truly happened.')
    .addOption(new Option('--for <time>', 'how long the story is: 90s, 2m').argParser(parseDuration).default(90, '90s'))
    .addOption(new Option('--seed <number>', 'which story is told (default: a new one every time)').argParser(parseNumber(0, 2 ** 31 - 1)))
    .addOption(new Option('--json', 'the last line on stdout is the scoreboard as JSON; everything else goes to stderr'))
    .addOption(new Option('--plain', 'lines of text, without the picture'))
    .addOption(new Option('--dir <folder>', 'where the demo keeps its configuration and its log of events').default('.lookout/demo'))
    .addOption(new Option('--model <folder>', 'another Qwen3-VL checkpoint').default(DEMO_MODEL, 'the demo’s own'))
    .addOption(new Option('--rtmp-port <port>', 'port of the RTMP server on 127.0.0.1').argParser(parseNumber(0, 65_535)).default(0, 'a free one'))
    .addOption(new Option('--mqtt-port <port>', 'port of the MQTT broker on 127.0.0.1').argParser(parseNumber(0, 65_535)).default(0, 'a free one'))
    .addOption(new Option('--page-port <port>', 'port of the page on 127.0.0.1').argParser(parseNumber(0, 65_535)).default(0, 'a free one'))
    .action(demo);
}

/** Seconds of `90s`, `2m`, `1.5 min` or a bare number. */
export function parseDuration(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(s|sec|m|min|h)?\s*$/.exec(text);
  const seconds = Number(match?.[1]) * ({ m: 60, min: 60, h: 3600 }[match?.[2] ?? ''] ?? 1);
  if (!(seconds >= 5 && seconds <= 14_400)) throw new InvalidArgumentError('A time from 5s to 4h, such as 90s or 2m.');
  return seconds;
}

async function demo(flags: DemoFlags): Promise<void> {
  await requireEncoder();
  const folder = takeFolder(flags.dir);
  const out = process.stdout;
  const draw = !flags.json && !flags.plain && canDraw(out);
  const seed = flags.seed ?? randomInt(1, 10_000);
  const log = draw ? fileLogger(folder) : createLogger({ level: 'warn', pretty: true });
  const display = draw ? createTerminal(out) : createPlainLines(flags.json ? progress : print);
  const interrupt = stopEarly();
  try {
    const pictureWidth = draw ? pictureColumns(out) : null;
    const played = await runDemo(
      { seed, duration: flags.for, folder, model: flags.model, rtmpPort: flags.rtmpPort, mqttPort: flags.mqttPort, pagePort: flags.pagePort, pictureWidth },
      { startDaemon, display, log, signal: interrupt.signal, hurry: interrupt.hurry },
    );
    display.close();
    if (!played) process.exitCode = 130;
    else if (flags.json) print(JSON.stringify(played.board));
    else {
      const paint = out.hasColors?.() ? coloured : uncoloured;
      if (draw) print('', ...tableLines(played.view, out.columns - 2, paint).map((line) => ` ${line}`));
      print(...closingLines(played.board, { config: folder.config, seed, paint }));
    }
  } finally {
    display.close();
    interrupt.release();
    folder.release();
  }
}

/** While the screen is drawn, the log goes to a file. */
function fileLogger(folder: DemoFolder): Logger {
  const file = createWriteStream(folder.log, { flags: 'a' });
  return pino({ level: 'info', base: undefined }, { write: (line) => void file.write(withoutCredentials(line)) });
}

/** The first Ctrl-C ends the story, and SIGTERM the wait for its last windows as well; a second one ends everything. */
function stopEarly(): { signal: AbortSignal; hurry: AbortSignal; release(): void } {
  const stop = new AbortController();
  const hurry = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (stop.signal.aborted) process.exit(130);
    if (name === 'SIGTERM') hurry.abort();
    stop.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { signal: stop.signal, hurry: hurry.signal, release: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) };
}
