import type { Command } from 'commander';
import { Option } from 'commander';
import { beyondCapacity } from '../capacity/beyond.ts';
import { newPushKey, pushAddress } from '../config/cameraEntry.ts';
import { addCamera, removeCamera } from '../config/edit.ts';
import { withoutSecrets } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import type { CameraConfig, Config } from '../config/schema.ts';
import { LookoutError } from '../errors.ts';
import { redactUrl } from '../secret.ts';
import type { ProbeFlags } from './cameraProbe.ts';
import { configFile, configOption, jsonOption, parseId, parseNumber } from './options.ts';
import { print, printJson, printTable, progress } from './print.ts';

interface AddOptions {
  readonly config?: string;
  readonly push?: boolean;
  readonly transport?: 'tcp' | 'udp';
  readonly tls?: 'verify' | 'any';
  readonly clock?: 'auto' | 'camera' | 'arrival';
  readonly hardware?: 'auto' | 'off';
}

export function register(program: Command): void {
  const camera = program.command('camera').summary('add, list, remove and probe cameras').description("Edits the configuration's cameras; a running daemon takes changes up by itself.");
  camera
    .command('add')
    .summary('add a camera')
    .description("Adds a camera that is pulled from a URL, or with --push one that publishes to Lookout's own RTMP server.")
    .argument('<id>', 'name in topics and logs: a-z, 0-9, _ and -', parseId)
    .argument('[url]', "rtsp://…, rtmp://… or http://… (.flv, .ts, .m3u8); '${NAME}' (quoted) stands for an environment variable")
    .option('--push', 'the camera pushes RTMP: makes a key for it')
    .addOption(new Option('--transport <protocol>', 'of RTSP').choices(['tcp', 'udp']))
    .addOption(new Option('--tls <check>', 'any: takes a certificate that nobody vouches for, as most cameras have').choices(['verify', 'any']))
    .addOption(new Option('--clock <policy>', "whose time to believe: the camera's or that of arrival").choices(['auto', 'camera', 'arrival']))
    .addOption(new Option('--hardware <use>', 'decoding by a GPU').choices(['auto', 'off']))
    .addOption(configOption())
    .action((id: string, url: string | undefined, opts: AddOptions) => add(id, url, opts));
  camera
    .command('list')
    .summary('list the cameras')
    .addOption(jsonOption('as one JSON array'))
    .addOption(configOption())
    .action((opts: { config?: string; json?: boolean }) => list(loadConfig(configFile(opts.config), withoutSecrets).config, opts.json ?? false));
  camera
    .command('remove')
    .summary('remove a camera')
    .argument('<id>', 'as `camera list` shows it', parseId)
    .addOption(configOption())
    .action((id: string, opts: { config?: string }) => {
      removeCamera(configFile(opts.config), id);
      print(`Camera ${id} is removed. Its events stay in the log.`);
    });
  camera
    .command('probe')
    .summary('look at a camera and tell what it sends and costs')
    .description('Looks at a camera as the daemon would, for some seconds: what it sends, how right its clock is, and what watching it costs.')
    .argument('<camera>', 'an id of the configuration, an address, or a video file')
    .option('--for <seconds>', 'how long to look', parseNumber(1, 86_400), 10)
    .option('--save <folder>', 'write each kept frame to <wall clock, ms>.png')
    .option('--all', 'decode every picture, also while nothing moves')
    .addOption(new Option('--transport <protocol>', 'of RTSP').choices(['tcp', 'udp']))
    .addOption(new Option('--tls <check>', 'any: takes a certificate that nobody vouches for').choices(['verify', 'any']))
    .addOption(jsonOption('a line for each picture that was looked at, then one of the summary'))
    .addOption(configOption())
    .action(async (name: string, flags: ProbeFlags) => (await import('./cameraProbe.ts')).probe(name, flags));
}

function add(id: string, url: string | undefined, opts: AddOptions): void {
  if ((url === undefined) !== (opts.push ?? false)) throw new LookoutError('USAGE', 'camera add takes either a URL or --push.');
  const file = configFile(opts.config);
  const { transport, tls, clock, hardware } = opts;
  const chosen = Object.fromEntries(Object.entries({ transport, tls, clock, hardware }).filter(([, value]) => value !== undefined));
  if (url !== undefined) {
    addCamera(file, { id, url, ...chosen });
    print(`Camera ${id} is added. Try: npx lookout camera probe ${id}`);
    warnBeyond(file);
    return;
  }
  const key = newPushKey();
  addCamera(file, { id, rtmp_key: key, ...chosen });
  const { rtmp } = loadConfig(file, withoutSecrets).config;
  print(`Camera ${id} is added. Let it push to:`, `  ${pushAddress(rtmp, key, '<this machine>')}`, 'Whoever knows the key can push; keep it to yourself.');
  warnBeyond(file);
}

/** Cameras are added all the same: who is watched less often is for people to decide. */
function warnBeyond(file: string): void {
  const beyond = beyondCapacity(loadConfig(file, withoutSecrets));
  if (beyond !== undefined) progress(`Note: ${beyond}`);
}

function list(config: Config, json: boolean): void {
  if (json) {
    printJson(config.cameras.map((camera) => ({ id: camera.id, enabled: camera.enabled, source: sourceOf(camera), transport: camera.transport })));
  } else if (config.cameras.length === 0) {
    print('No cameras yet. Add one: npx lookout camera add <id> rtsp://…');
  } else {
    printTable(['CAMERA', 'STATE', 'SOURCE'], config.cameras.map((camera) => [camera.id, camera.enabled ? 'enabled' : 'disabled', sourceOf(camera)]));
  }
}

/** Where its pictures come from, without the password. */
function sourceOf(camera: CameraConfig): string {
  return camera.url ? redactUrl(camera.url.reveal()) : 'pushed over RTMP';
}
