import { z } from 'zod';

/** A name or an address, without a port: what browsers send as `Host`. */
const host = z.string().regex(/^([A-Za-z0-9_.-]+|\[?[0-9A-Fa-f:.]+\]?)$/, 'must be a name or an address, without a port');

const origin = z.string().regex(/^https?:\/\/([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/, 'must be like https://house.example or http://192.168.1.5:8123, in small letters');

const file = z.string().min(1);

/** Section `api`: where the API and the page are, and who may call. */
export const api = z.strictObject({
  enabled: z.boolean().default(true).describe('serve the API and the page'),
  host: host.default('127.0.0.1').describe('what to listen on; 0.0.0.0 for other machines, and then with cert and key, or behind a proxy that has them'),
  port: z.int().min(0).max(65_535).default(8750),
  hosts: z.array(host).default([]).describe('names under which Lookout is reached, besides this one and those of this machine itself'),
  origins: z.array(origin).default([]).describe('pages of other sites that may call the API, by a token'),
  cert: file.optional().describe('PEM file of a certificate: serve https'),
  key: file.optional().describe('PEM file of its key'),
  tokens: file.default('api-tokens.json').describe('file of the tokens, as hashes; `lookout token` edits it'),
  requests_per_minute: z.int().positive().default(1200).describe('requests of one token, or of one address without'),
});
