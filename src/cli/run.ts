import type { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import type { LoadedConfig } from '../config/load.ts';
import { ownCameras } from '../config/ownCameras.ts';
import { SHARD } from '../fleet/environment.ts';
import { parseShard, shardName } from '../fleet/shard.ts';
import type { Shard } from '../fleet/shard.ts';
import { createLogger } from '../health/log.ts';
import type { Logger } from '../health/log.ts';
import { beatWatchdog, notify } from '../health/notify.ts';
import { configFile, configOption } from './options.ts';

/** A stop that takes longer than this is cut short; systemd and people wait no longer than 5 s. */
const STOP_MS = 4500;

export function register(program: Command): void {
  program
    .command('run')
    .summary('watch the cameras and send alerts, until told to stop')
    .description('Watches the cameras of the configuration and sends alerts, until SIGTERM or Ctrl-C. Changes to the configuration and the rules are taken up while it runs.')
    .addOption(configOption())
    .option('--shard <i/n>', 'watch the i-th of n parts of the cameras; the other daemons watch the rest (default: $LOOKOUT_SHARD, or all)', parseShard)
    .action(async (opts: { config?: string; shard?: Shard }) => {
      // Whoever reads the configuration again, here or in a child, reads it for the same shard.
      if (opts.shard) process.env[SHARD] = shardName(opts.shard);
      const loaded = loadConfig(configFile(opts.config));
      await serve(loaded, createLogger({ level: loaded.config.log.level, pretty: process.stderr.isTTY }));
    });
}

async function serve(loaded: LoadedConfig, log: Logger): Promise<void> {
  const stop = new AbortController();
  const release = stopOnSignals(stop, log);
  try {
    // Loaded here, since it brings in every room; the other commands start faster without.
    const [{ startDaemon }, { pageHint }, { openTokens }] = await Promise.all([import('../daemon.ts'), import('../api/url.ts'), import('../api/tokens.ts')]);
    const { api } = loaded.config;
    const apiReady = (url: string): void => log.info(pageHint({ ...api, port: Number(new URL(url).port) }, openTokens(api.tokens, log)));
    const daemon = await startDaemon(loaded, { log, signal: stop.signal, apiReady });
    const begun = (): void => {
      void notify('READY=1');
      beatWatchdog(() => true, stop.signal);
    };
    // engines may come up later than we do, and are waited for without being restarted
    const waits = loaded.config.model.backend === 'openai';
    if (waits) begun();
    await Promise.race([daemon.ready, daemon.done]).catch(async (error: unknown) => {
      // What is under way already is stopped in order before the error is told.
      stop.abort();
      await daemon.done;
      throw error;
    });
    if (!stop.signal.aborted) log.info({ ...(loaded.shard ? { shard: shardName(loaded.shard) } : {}), cameras: ownCameras(loaded).length, rules: loaded.rules.length }, 'watching');
    if (!waits) begun();
    await daemon.done;
    log.info('stopped');
  } finally {
    stop.abort();
    release();
  }
}

/** The first signal stops in order, a second one at once. */
function stopOnSignals(stop: AbortController, log: Logger): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stop.signal.aborted) process.exit(1);
    log.info({ signal }, 'stopping');
    void notify('STOPPING=1');
    setTimeout(() => {
      log.error('did not stop in time; cut short');
      process.exit(1);
    }, STOP_MS).unref();
    stop.abort();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  return () => void process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
}
