import type { Command } from 'commander';
import { localChecks } from './doctorLocal.ts';
import { networkChecks } from './doctorNetwork.ts';
import { loadConfig } from '../config/load.ts';
import type { LoadedConfig } from '../config/load.ts';
import { ownCameras } from '../config/ownCameras.ts';
import { shardName } from '../fleet/shard.ts';
import { LookoutError } from '../errors.ts';
import { configFile, configOption, jsonOption } from './options.ts';
import { print, printJson } from './print.ts';

/** One finding: what was looked at, how it is, and what to do where it is not well. */
export interface Finding {
  readonly name: string;
  /** `warn` is for what only part of Lookout needs, or what Lookout copes with */
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
}

/** A look at one thing. What it throws is a failure. */
export interface Check {
  readonly name: string;
  run(): Promise<Omit<Finding, 'name'>> | Omit<Finding, 'name'>;
}

export function register(program: Command): void {
  program
    .command('doctor')
    .summary('check that all Lookout needs is there')
    .description('Checks the machine, the configuration, the model, the log, the broker, ports and cameras; says what to do where something is wrong. Exit code 1 where something is.')
    .addOption(jsonOption('as one JSON array'))
    .addOption(configOption())
    .action(async (opts: { config?: string; json?: boolean }) => {
      const findings = await examine(opts.config, (finding) => {
        if (!opts.json) print(`${MARKS[finding.state]}  ${finding.name.padEnd(16)} ${finding.detail}`);
      });
      if (opts.json) printJson(findings);
      if (findings.some((finding) => finding.state === 'fail')) process.exitCode = 1;
    });
}

const MARKS = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' } as const;

async function examine(named: string | undefined, tell: (finding: Finding) => void): Promise<Finding[]> {
  let loaded: LoadedConfig | undefined;
  const configuration: Check = {
    name: 'configuration',
    run: () => {
      loaded = loadConfig(configFile(named));
      const { config, rules, shard, file } = loaded;
      const [site, part] = [config.site ? `, site ${config.site}` : '', shard ? `, of which shard ${shardName(shard)} watches ${ownCameras(loaded).length}` : ''];
      return { state: 'ok', detail: `${file}: ${config.cameras.length} cameras${part}, ${rules.length} rules${site}` };
    },
  };
  const findings: Finding[] = [];
  const look = async (checks: readonly Check[]): Promise<void> => {
    for (const check of checks) {
      const finding = { name: check.name, ...(await outcome(check)) };
      tell(finding);
      findings.push(finding);
    }
  };
  await look([...localChecks(), configuration]);
  if (loaded) await look([...localChecks(loaded.config), ...networkChecks({ ...loaded.config, cameras: [...ownCameras(loaded)] })]);
  return findings;
}

async function outcome(check: Check): Promise<Omit<Finding, 'name'>> {
  try {
    return await check.run();
  } catch (error) {
    if (error instanceof LookoutError) return { state: 'fail', detail: error.message };
    return { state: 'fail', detail: error instanceof Error ? error.message : String(error) };
  }
}
