import type { Readable } from 'node:stream';
import type { z } from 'zod';

/** What a token may do: look (`viewer`), also change rules, cameras and feedback (`editor`), also settings and tokens (`admin`). */
export type Scope = 'viewer' | 'editor' | 'admin';

/** Who asks. */
export interface Principal {
  /** the token's name */
  readonly name: string;
  readonly scope: Scope;
}

/** Bytes of a route that does not answer in JSON. */
export type Content =
  /** a file on the disk, sent with ranges; the path is absolute and was made here, never from the request alone. `done` hears that it was sent, or not wanted */
  | { readonly file: string; readonly type: string; readonly name?: string; done?(): void }
  | { readonly data: Uint8Array; readonly type: string; readonly name?: string }
  /** destroyed when the client goes */
  | { readonly stream: Readable; readonly type: string; readonly name?: string };

/** One server-sent event; `data` is sent as JSON, a string as it is. */
export interface ServerEvent {
  readonly event?: string;
  readonly id?: string;
  readonly data: unknown;
}

/** An answer that is not JSON. */
export class Bytes {
  readonly content: Content;
  constructor(content: Content) {
    this.content = content;
  }
}

/** An answer in server-sent events; the generator is ended when the client goes. What it throws becomes an event `error`. */
export class Told {
  readonly events: AsyncIterable<ServerEvent>;
  constructor(events: AsyncIterable<ServerEvent>) {
    this.events = events;
  }
}

/** A JSON answer with headers of its own, for example ETag or Retry-After. */
export class Headed {
  readonly json: unknown;
  readonly headers: Readonly<Record<string, string>>;
  constructor(json: unknown, headers: Readonly<Record<string, string>>) {
    this.json = json;
    this.headers = headers;
  }
}

/** What a route is asked, checked already. */
export interface Asked<P = unknown, Q = unknown, B = unknown> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly who: Principal;
  /** aborts when the client goes, or Lookout stops */
  readonly signal: AbortSignal;
  /** address of the client */
  readonly from: string;
  /** the session that the request came by, where it did not bring a token */
  readonly session?: string;
  /** of the request's head, what handlers go by */
  readonly head: { readonly accept?: string; readonly ifMatch?: string };
}

/** One thing that the API can do. The table of all of them is what is served, documented and tested. */
export interface Route<P extends z.ZodType = z.ZodType, Q extends z.ZodType = z.ZodType, B extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/v1/cameras/:camera` */
  readonly path: string;
  /** least that a token has to allow; `public` asks for none */
  readonly scope: Scope | 'public';
  /** chapter of the documentation */
  readonly tag: string;
  /** a line: what it does */
  readonly summary: string;
  readonly description?: string;
  readonly params?: P;
  readonly query?: Q;
  /** JSON, checked against the schema; `stream`: the body as it comes, a Readable */
  readonly body?: B | 'stream';
  /** JSON of this shape; `empty` is 204; `bytes` are of one of these media types; `told` are server-sent events. Several: the handler chooses */
  readonly response: { readonly json?: R; readonly bytes?: readonly string[]; readonly told?: boolean; readonly empty?: boolean };
  /** status of a JSON answer, 200 by default */
  readonly status?: 200 | 201 | 202;
  /** bytes of the body, 64 KiB by default */
  readonly bodyLimit?: number;
  /** takes the model or much of the disk: few at once, and fewer a minute */
  readonly heavy?: boolean;
  handle(asked: Asked<z.output<P>, z.output<Q>, z.output<B>>): Answered<z.input<R>> | Promise<Answered<z.input<R>>>;
}

export type Answered<R> = R | Bytes | Told | Headed | undefined;

/** For inference: a route whose handler knows what its schemas say. */
export function route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(one: Route<P, Q, B, R>): Route {
  return one as unknown as Route;
}
