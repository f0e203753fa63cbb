import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { existsSync } from 'node:fs';
import { activityOf, parseActivity, USUAL } from '../capacity/activity.ts';
import type { Logged } from '../capacity/activity.ts';
import { FIGURE_NAMES } from '../capacity/catalogue.ts';
import type { FigureName } from '../capacity/catalogue.ts';
import { resolveFigures } from '../capacity/figures.ts';
import type { Values } from '../capacity/figures.ts';
import { figuresPath, readFigures } from '../capacity/figuresFile.ts';
import type { FiguresFile } from '../capacity/figuresFile.ts';
import { differences, fingerprintOf } from '../capacity/fingerprint.ts';
import { hopOf, planOf } from '../capacity/plan.ts';
import { reportOf } from '../capacity/report.ts';
import { withoutSecrets } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import type { LoadedConfig } from '../config/load.ts';
import { ownCameras } from '../config/ownCameras.ts';
import { LookoutError } from '../errors.ts';
import { printReport } from './capacityText.ts';
import { collect, configFile, configOption, jsonOption, parseNumber } from './options.ts';
import { printJson } from './print.ts';
import { withLog } from './withLog.ts';

interface CapacityFlags {
  readonly config?: string;
  readonly measure?: boolean;
  readonly camera?: string;
  readonly stream: string;
  readonly from?: string;
  readonly set?: readonly (readonly [FigureName, number])[];
  readonly activity?: string;
  readonly usual: number;
  readonly rules?: number;
  readonly fleet: readonly number[];
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command('capacity')
    .summary('reckon how many cameras this machine carries')
    .description('Reckons how many cameras this machine carries, what ends first, what a further camera or rule costs, and what a fleet needs; every line with its arithmetic. Figures are measured here (--measure), given, or documented.')
    .option('--measure', 'measure on this machine first: about a minute, with a made-up camera; the figures are kept beside the log')
    .option('--camera <camera>', 'with --measure: look at this one besides, an id of the configuration or an address')
    .addOption(new Option('--stream <format>', 'what the made-up camera sends').default('1920x1080@25'))
    .option('--from <file>', 'figures from this file')
    .addOption(new Option('--set <figure=value>', 'a single figure; may be repeated').argParser(collect(parseFigure)))
    .option('--activity <kinds>', 'what the cameras see: still, usual, busy, or still=50,usual=40,busy=10 (default: as the log of the last day tells, else usual)')
    .addOption(new Option('--usual <share>', 'of the time in which something moves before a usual camera').argParser(parseNumber(0, 1)).default(USUAL))
    .addOption(new Option('--rules <number>', 'as if there were so many rules').argParser(parseNumber(0, 10_000)))
    .addOption(new Option('--fleet <numbers>', 'sizes of a fleet').argParser(parseSizes).default([100, 1000, 10_000], '100,1000,10000'))
    .addOption(jsonOption('as one JSON object'))
    .addOption(configOption())
    .action(capacity);
}

async function capacity(flags: CapacityFlags): Promise<void> {
  if (flags.camera !== undefined && !flags.measure) throw new LookoutError('USAGE', '--camera is of --measure.');
  // passwords are wanted only to look at a camera
  const loaded = loadConfig(configFile(flags.config), flags.camera === undefined ? withoutSecrets : process.env);
  const { config } = loaded;
  const measured = flags.measure ? await measureNow(loaded, flags) : keptFigures(loaded);
  const stale = measured?.fingerprint ? differences(measured.fingerprint, fingerprintOf(config)) : [];
  const logged = flags.activity === undefined ? await seen(loaded, flags.config) : undefined;
  const activity = flags.activity === undefined ? undefined : parseActivity(flags.activity, flags.usual);
  const figures = resolveFigures({
    given: { ...(flags.from === undefined ? {} : fileValues(flags.from)), ...Object.fromEntries(flags.set ?? []) },
    logged,
    measured: measured && { values: measured.values, at: measured.at, holds: measured.fingerprint !== undefined && stale.length === 0 },
  });
  const plan = planOf(config, loaded.rules, figures, activity ?? logged?.active ?? flags.usual);
  const cameras = enabledCameras(loaded).length;
  const report = reportOf({ plan: { ...plan, rules: flags.rules ?? plan.rules }, cameras, activity, usual: flags.usual, stale, fleets: flags.fleet });
  if (flags.json) printJson({ ...report, measured_at: measured?.at ? new Date(measured.at).toISOString() : null, stream: measured?.stream ?? null, looks_per_hour: logged?.perHour ?? null });
  else printReport(report, measured?.stream ?? '', logged);
}

function keptFigures({ config }: LoadedConfig): FiguresFile | undefined {
  const path = figuresPath(config);
  return path === undefined ? undefined : readFigures(path);
}

function fileValues(file: string): Values {
  const found = readFigures(file);
  if (!found) throw new LookoutError('CAPACITY_FIGURES', `there is no ${file}.`);
  return found.values;
}

async function measureNow(loaded: LoadedConfig, flags: CapacityFlags): Promise<FiguresFile> {
  const { measureHere } = await import('./capacityMeasure.ts');
  return measureHere(loaded, flags.stream, flags.camera);
}

/** What the log tells of the last day; undefined where there is none, or next to nothing in it. */
async function seen(loaded: LoadedConfig, file: string | undefined): Promise<Logged | undefined> {
  const { config } = loaded;
  if (config.store.path === ':memory:' || !existsSync(config.store.path)) return undefined;
  return withLog(file, (store) => activityOf(store, enabledCameras(loaded), hopOf(config), Date.now()));
}

/** Ids of the cameras that this machine is to watch: a shard's own. */
function enabledCameras(loaded: LoadedConfig): string[] {
  return ownCameras(loaded).filter(({ enabled }) => enabled).map(({ id }) => id);
}

function parseFigure(text: string): readonly [FigureName, number] {
  const [, name, value] = /^([a-z_]+)=(.+)$/.exec(text) ?? [];
  const known = FIGURE_NAMES.find((one) => one === name);
  if (!known) throw new InvalidArgumentError(`A figure is one of ${FIGURE_NAMES.join(', ')}.`);
  return [known, parseNumber(0, 1e9)(value ?? '')];
}

function parseSizes(text: string): number[] {
  return text.split(',').map((part) => parseNumber(1, 1_000_000)(part));
}
