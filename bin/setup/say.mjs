import { spawnSync } from 'node:child_process';

/** What the set-up has to say goes to stderr, so that a command's own output can be read by programs. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** A set-up that cannot go on: what is wrong and what to do, without a stack. */
export class SetupError extends Error {}

/** Runs a program with its output on stderr. @returns whether it succeeded */
export function runs(command, args, env = process.env) {
  return spawnSync(command, args, { stdio: ['ignore', 2, 2], env }).status === 0;
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
