import { z } from 'zod';
import { Secret } from '../secret.ts';

const count = z.int().positive();
const file = z.string().min(1);

/** Servers whose ways are known; `other` is whatever else speaks OpenAI's chat completions. */
export const ENGINE_KINDS = ['vllm', 'sglang', 'llamacpp', 'transformers', 'ollama', 'lookout', 'other'] as const;

const endpoint = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('address of the server, http:// or https://, with or without /v1'),
  api_key: z.string().min(1).transform((text) => new Secret(text)).optional().meta({ writeOnly: true }).describe('sent as Authorization: Bearer …'),
  kind: z.enum(['auto', ...ENGINE_KINDS]).default('auto').describe('what serves there; auto asks it'),
  ca: file.optional().describe("PEM file of the authority that signed the server's certificate; by default the well-known ones"),
  cert: file.optional().describe('PEM file of the certificate to show to a server that asks for one'),
  key: file.optional().describe('PEM file of its key'),
  verify: z.boolean().default(true).describe('false: take any certificate'),
});

/** Section `engine`: servers that run the model in place of Lookout. */
export const engine = z.strictObject({
  endpoints: z.array(endpoint).max(64).default([]).describe('servers with an OpenAI-compatible API (vLLM, SGLang, llama.cpp, transformers serve, Lookout), or Ollama'),
  model: z.string().min(1).optional().describe('the model as the servers call it; by default the first that each lists'),
  layout: z.enum(['auto', 'video', 'stills']).default('auto').describe('how frames reach it: as a video with their times (vLLM), or as pictures between times; auto takes what keeps the times'),
  every_frame: z.boolean().default(false).describe('as pictures: show every frame, at twice the tokens, and not one of each pair'),
  pictures: z.enum(['auto', 'jpeg', 'png']).default('auto').describe('how frames are packed: png is exact and large; auto takes it for small frames, and jpeg for others'),
  at_once: count.max(256).default(4).describe('requests in work at a time, of each endpoint'),
  timeout: z.number().positive().max(600).default(10).describe("seconds for a window's answer"),
  retry_budget: z.number().min(0).max(1).default(0.1).describe('requests sent again, as a share of all'),
  hedge: z.enum(['auto', 'off']).default('auto').describe('send a slow request to a second endpoint too, where that pays'),
  context: count.min(256).optional().describe('tokens of prompt and answer; by default what the servers say'),
  fallback: z.enum(['none', 'onnx']).default('none').describe('onnx: while no endpoint answers, the checkpoint in model.name takes over on this machine'),
});

export type EngineConfig = z.output<typeof engine>;
export type EndpointConfig = EngineConfig['endpoints'][number];
