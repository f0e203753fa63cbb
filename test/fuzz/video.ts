import { fuzzCamera } from './cameraFuzz.ts';
import { fuzzVideo } from './videoFuzz.ts';

/**
 * `tsx test/fuzz/video.ts [streams] [groups] [rounds] [seed]`: mutated streams through the reader of files, then through a live
 * camera; prints what came of it as JSON; exits with 1 where something did not hold.
 */
const [streams = '200', groups = '50', rounds = '60', seed = '1'] = process.argv.slice(2);
const files = await fuzzVideo({
  streams: Number(streams),
  groups: Number(groups),
  seed: Number(seed),
  progress: (done, reader) => (done % 20 === 0 ? process.stderr.write(`${done} streams, the greatest reader held ${reader.toFixed(0)} MB\n`) : undefined),
});
const camera = await fuzzCamera({ rounds: Number(rounds), roundMs: 1500, seed: Number(seed) });
process.stdout.write(`${JSON.stringify({ files, camera }, undefined, 2)}\n`);
process.exit(files.sound && files.memory.reader < 800 && files.memory.grown < 100 && camera.back && camera.memory < 800 ? 0 : 1);
