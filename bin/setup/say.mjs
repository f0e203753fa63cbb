import { spawn, spawnSync } from 'node:child_process';

const SHOWN_LINES = 30;
const KEPT_CHARACTERS = 20_000;

/** What the set-up has to say goes to stderr, so that a command's own output can be read by programs. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** A set-up that cannot go on: what is wrong and what to do, without a stack. */
export class SetupError extends Error {}

/**
 * Says what is done, and does it: runs a program, with a clock on a terminal, and shows what the program wrote only when it
 * fails, from the end. @returns whether it succeeded
 */
export async function runs(what, command, args, env = process.env) {
  say(`${what} …`);
  const began = Date.now();
  const clock = process.stderr.isTTY && setInterval(() => process.stderr.write(`\r  ${Math.round((Date.now() - began) / 1000)} s`), 1000);
  let wrote = '';
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (wrote = (wrote + text).slice(-KEPT_CHARACTERS)));
  }
  const end = await new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  clearInterval(clock);
  if (clock) process.stderr.write('\r\u001b[K');
  if (end === 0) return true;
  say([...wrote.trimEnd().split('\n').slice(-SHOWN_LINES), `${[command, ...args].join(' ')} ended with ${end}`].join('\n'));
  return false;
}

/** Runs a program for its output. @returns the output, or undefined when it failed */
export function outputOf(command, args) {
  const child = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return child.status === 0 ? child.stdout : undefined;
}

/** Is a program in PATH, or where Debian keeps servers, which only root's PATH has? */
export function has(command) {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin` };
  return spawnSync('/bin/sh', ['-c', `command -v "${command}"`], { stdio: 'ignore', env }).status === 0;
}
