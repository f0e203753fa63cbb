import { request as requestPlain, Agent as PlainAgent } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import { LookoutError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { connectionFault, EngineFault, statusFault } from './httpFault.ts';
import { tlsOptions } from './httpTls.ts';
import type { EndpointTls } from './httpTls.ts';
import type { EngineCall } from './transport.ts';

export interface EndpointSettings extends EndpointTls {
  /** http(s)://host:port/v1 */
  readonly url: string;
  readonly apiKey?: Secret;
}

export interface HttpLimits {
  /** to the last byte of the answer, ms */
  readonly timeout: number;
  /** of the answer */
  readonly bytes: number;
  readonly signal?: AbortSignal;
}

/** Connections that nobody uses are let go after so long, ms: engines' own limits (uvicorn's 5 s) come first otherwise. */
const IDLE = 4000;
/** Bytes of headers that an engine may send. */
const HEADERS = 16_384;
/** Controls have no place in a line of a log. */
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f]+/g;

/** One engine by HTTP(S). No redirect is followed, no proxy asked, and every exchange is bounded in time and bytes. */
export class EngineHttp {
  readonly id: string;
  readonly #settings: EndpointSettings;
  readonly #url: URL;
  readonly #connections: number;
  #agent: PlainAgent | TlsAgent;

  /** @throws LookoutError ENGINE_CERTIFICATE */
  constructor(id: string, settings: EndpointSettings, connections: number) {
    this.id = id;
    this.#settings = settings;
    this.#url = new URL(settings.url);
    this.#connections = connections;
    this.#agent = this.#newAgent();
  }

  /** New connections, and certificates as the files hold them by now. */
  renew(): void {
    const agent = this.#newAgent();
    this.#agent.destroy();
    this.#agent = agent;
  }

  close(): void {
    this.#agent.destroy();
  }

  /**
   * @returns what the engine answers, parsed
   * @throws the signal's reason, EngineRefusal, or EngineFault: ENGINE_UNREACHABLE, _UNTRUSTED, _TIMEOUT, _FAILED, _ANSWER, _BUSY
   */
  async send(call: EngineCall, limits: HttpLimits): Promise<unknown> {
    const began = performance.now();
    try {
      return await this.#exchange(call, limits);
    } catch (error) {
      if (!(error instanceof EngineFault && error.stale)) throw error;
      // engines let go of connections that nobody uses, some of them at this very moment: no fault of theirs
      for (const sockets of Object.values(this.#agent.freeSockets)) sockets?.forEach((socket) => socket.destroy());
      return this.#exchange(call, { ...limits, timeout: limits.timeout - (performance.now() - began) });
    }
  }

  #exchange(call: EngineCall, { timeout, bytes, signal }: HttpLimits): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      let request: ClientRequest | undefined;
      let isAnswered = false;
      const end = (error: unknown): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        reject(error instanceof Error ? error : new Error(String(error)));
        // ends the connection, by which an engine knows that it may stop
        request?.destroy();
      };
      const abort = (): void => end(signal?.reason);
      const late = (): void => end(new EngineFault('ENGINE_TIMEOUT', `${this.id} has not answered within ${Math.round(timeout)} ms.`));
      const timer = setTimeout(late, Math.max(0, timeout));
      signal?.addEventListener('abort', abort, { once: true });
      const failed = (error: unknown): void => end(connectionFault(error, this.id, !isAnswered && (request?.reusedSocket ?? false)));
      try {
        request = this.#open(call);
        request.on('error', failed);
        request.on('response', (response) => {
          isAnswered = true;
          this.#read(response, bytes).then((json) => {
            clearTimeout(timer);
            signal?.removeEventListener('abort', abort);
            resolve(json);
          }, failed);
        });
        request.end(call.body);
      } catch (error) {
        failed(error);
      }
    });
  }

  #open({ method, base, path, body }: EngineCall): ClientRequest {
    const { apiKey } = this.#settings;
    const { protocol, hostname, port, pathname } = this.#url;
    const root = pathname.replace(/\/(v1\/?)?$/, '');
    return (protocol === 'https:' ? requestTls : requestPlain)({
      method, hostname: hostname.replace(/^\[|\]$/g, ''), port, path: `${root}${base === 'api' ? '/v1' : ''}${path}`, agent: this.#agent, maxHeaderSize: HEADERS,
      headers: {
        accept: 'application/json', 'accept-encoding': 'identity',
        ...(apiKey ? { authorization: `Bearer ${apiKey.reveal()}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
    });
  }

  async #read(response: IncomingMessage, most: number): Promise<unknown> {
    const { statusCode = 0, headers } = response;
    const chunks: Buffer[] = [];
    let size = Number(headers['content-length'] ?? 0) > most ? Infinity : 0;
    for await (const chunk of size > most ? [] : (response as AsyncIterable<Buffer>)) {
      size += chunk.length;
      if (size > most) break;
      chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString('utf8');
    const fault = statusFault(this.id, statusCode, this.#shown(text), headers['retry-after']);
    if (fault) throw fault;
    if (size > most) throw new EngineFault('ENGINE_ANSWER', `${this.id} answers more than ${most} bytes.`);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new EngineFault('ENGINE_ANSWER', `${this.id} answers no JSON.`);
    }
  }

  /** An engine's words as they may stand in a log: some repeat the key that they do not like. */
  #shown(text: string): string {
    const key = this.#settings.apiKey?.reveal();
    const clean = text.slice(0, 4000).replace(CONTROLS, ' ');
    return key ? clean.replaceAll(key, '[redacted]') : clean;
  }

  #newAgent(): PlainAgent | TlsAgent {
    const options = { keepAlive: true, maxSockets: this.#connections, maxFreeSockets: this.#connections, timeout: IDLE };
    if (this.#url.protocol === 'https:') return new TlsAgent({ ...options, ...tlsOptions(this.id, this.#settings) });
    if (this.#url.protocol === 'http:') return new PlainAgent(options);
    throw new LookoutError('CONFIG_INVALID', `engine.endpoints: ${this.id} has to begin with http:// or https://.`);
  }
}
