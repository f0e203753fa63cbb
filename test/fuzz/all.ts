import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `npm run test:fuzz [-- rtmp|video]`: every fuzzer with its own defaults, one after the other. */
const wanted = process.argv.slice(2);
const scripts = ['rtmp', 'video'].filter((name) => wanted.length === 0 || wanted.includes(name));
for (const name of scripts) {
  const script = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  if (!existsSync(script)) continue;
  process.stderr.write(`fuzzing: ${name}\n`);
  const [code] = (await once(spawn(process.execPath, ['--import', 'tsx', script], { stdio: 'inherit' }), 'exit')) as [number | null];
  if (code !== 0) process.exitCode = 1;
}
