import { fuzzRtmp } from './rtmpFuzz.ts';

/** `tsx test/fuzz/rtmp.ts [connections] [seed]`: prints what came of it as JSON; exits with 1 where the door did not hold. */
const [connections = '10000', seed = '1'] = process.argv.slice(2);
const result = await fuzzRtmp({
  connections: Number(connections),
  seed: Number(seed),
  progress: (done, memory) => void process.stderr.write(`${done} connections, the door holds ${memory.toFixed(0)} MB\n`),
});
process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
const { deaths, keysShown, memory, sockets, witness } = result;
const held = deaths.length === 0 && !keysShown && witness.longestGap < 1000 && memory.after - memory.before < 64 && sockets.after <= sockets.before + 2;
process.exit(held ? 0 : 1);
