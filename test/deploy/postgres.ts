import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A PostgreSQL of its own, in a folder of its own, reached by a socket in it. */
export interface Postgres {
  /** what makes psql find it */
  readonly env: Readonly<Record<string, string>>;
  /** psql's output, a line for each row, columns parted by `|`; throws what it says where it fails */
  sql(text: string): string;
  file(path: string, variables?: Readonly<Record<string, string>>): string;
  remove(): Promise<void>;
}

/** Debian puts the server's programs where nobody looks. */
const DEBIAN = '/usr/lib/postgresql';

/** @returns the folder of PostgreSQL's programs, 14 or newer; undefined where there is none */
export function postgresPrograms(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...versions().map((version) => join(DEBIAN, version, 'bin'))];
  return folders.reverse().find((folder) => ['initdb', 'postgres', 'psql'].every((name) => existsSync(join(folder, name))));
}

function versions(): string[] {
  if (!existsSync(DEBIAN)) return [];
  return readdirSync(DEBIAN).filter((version) => Number(version) >= 14).sort((a, b) => Number(a) - Number(b));
}

/** Starts it; root is refused by PostgreSQL, so that it is run as nobody then. It does not wait for the disk: no power is cut here. */
export async function startPostgres(programs: string): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'lookout-pg-'));
  const who = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  if (who.uid !== undefined) chownSync(folder, who.uid, who.gid);
  const data = join(folder, 'data');
  execFileSync(join(programs, 'initdb'), ['--pgdata', data, '--username=lookout', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'], { ...who, cwd: folder, stdio: 'ignore' });
  const server = spawn(join(programs, 'postgres'), ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off'], { ...who, cwd: folder, stdio: 'ignore' });
  const env = { PATH: `${programs}${delimiter}${process.env.PATH ?? ''}`, PGHOST: folder, PGUSER: 'lookout', PGDATABASE: 'postgres', PGTZ: 'UTC' };
  const psql = (args: readonly string[], input?: string): string =>
    execFileSync(join(programs, 'psql'), ['-XqAt', '-v', 'ON_ERROR_STOP=1', ...args], { env: { ...process.env, ...env }, input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] }).trim();
  for (let tries = 0; !existsSync(join(folder, '.s.PGSQL.5432')) || !answers(psql); tries++) {
    if (tries > 200 || server.exitCode !== null) throw new Error('PostgreSQL did not start');
    await sleep(50);
  }
  return {
    env,
    sql: (text) => psql([], text),
    file: (path, variables = {}) => psql([...Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`]), '-f', path]),
    async remove() {
      server.kill('SIGINT');
      if (server.exitCode === null) await once(server, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function answers(psql: (args: readonly string[], input?: string) => string): boolean {
  try {
    return psql([], 'SELECT 1') === '1';
  } catch {
    // not yet
    return false;
  }
}
