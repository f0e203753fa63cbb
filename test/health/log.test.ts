import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLogger, withoutCredentials } from '../../src/health/log.ts';
import { notify } from '../../src/health/notify.ts';
import { Secret } from '../../src/secret.ts';

afterEach(() => vi.restoreAllMocks());

function written(pretty: boolean, write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines = new PassThrough();
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => lines.write(chunk));
  write(createLogger({ name: 'test', pretty }));
  return String(lines.read());
}

describe('the log', () => {
  it('never prints a secret, nor a password inside a URL', () => {
    const text = written(false, (log) => log.warn({ key: new Secret('s3cret'), err: new Error('rtsp://joe:s3cret@cam/1 refused') }, 'open rtsp://joe:s3cret@cam/1'));
    expect(text).not.toContain('s3cret');
    expect(JSON.parse(text)).toMatchObject({ level: 40, name: 'test', key: '[redacted]', msg: 'open rtsp://[redacted]@cam/1' });
  });

  it('has a readable form', () => {
    expect(written(true, (log) => log.info({ camera: 'door', fps: 8 }, 'online'))).toMatch(/^\d\d:\d\d:\d\d info {2}test: online camera=door fps=8\n$/);
  });

  it('redacts even passwords with an @ in them', () => {
    expect(withoutCredentials('rtmp://a:b@c@host/live')).toBe('rtmp://[redacted]@host/live');
  });
});

describe('notify', () => {
  it('does nothing without a socket', async () => {
    expect(await notify('READY=1', {})).toBe(false);
  });
});
