import { ERRORS } from '../errors.ts';
import { curlOf } from './docsExample.ts';
import { escaped, inCode, schemaTable, typeOf } from './docsSchema.ts';
import type { Media, OpenApi, Operation, Parameter } from './openapi.ts';

const BADGES: Record<string, string> = { public: 'no token', viewer: 'viewer', editor: 'editor', admin: 'admin' };

/** The document as a page to read: without a script, by chapters, with a call of each operation to copy. */
export function docsPage(api: OpenApi): string {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
  const chapters = api.tags.map(({ name }) => ({ name, operations: operations.filter(({ operation }) => operation.tags.includes(name)) }));
  const links = chapters.map((chapter) => `<li><a href="#${anchor(chapter.name)}">${escaped(chapter.name)}</a><ul>${chapter.operations.map(link).join('')}</ul></li>`);
  const sections = chapters.map((chapter) => `<section id="${anchor(chapter.name)}"><h2>${escaped(chapter.name)}</h2>${chapter.operations.map((one) => article(one, api)).join('')}</section>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Lookout API</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/docs.css"></head>
<body><a class="skip" href="#main">Skip the list</a>
<nav aria-label="Chapters"><p class="brand"><a href="/">Lookout</a> <span>API ${escaped(api.info.version)}</span></p><ul><li><a href="#about">How to ask</a></li>${links.join('')}<li><a href="#errors">Errors</a></li></ul></nav>
<main id="main">${about()}${sections.join('')}${errors()}</main></body></html>
`;
}

interface Placed {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

function link({ method, path, operation }: Placed): string {
  return `<li><a href="#${operation.operationId}" title="${escaped(operation.summary)}"><b class="${method}">${method.toUpperCase()}</b> ${escaped(path)}</a></li>`;
}

function article({ path, method, operation }: Placed, api: OpenApi): string {
  const scope = operation['x-scope'];
  const body = operation.requestBody?.content ?? {};
  return `<article id="${operation.operationId}"><h3><b class="${method}">${method.toUpperCase()}</b> <code>${escaped(path)}</code> <span class="scope ${escaped(scope)}">${BADGES[scope] ?? escaped(scope)}</span></h3>
<p class="summary">${escaped(operation.summary)}</p>${operation.description ? `<p>${inCode(operation.description)}</p>` : ''}
${parametersTable(operation.parameters ?? [])}${Object.entries(body).map(([type, media]) => `<h4>Body <small>${escaped(type)}</small></h4>${mediaTable(media, api)}`).join('')}
${Object.entries(operation.responses).map(([status, response]) => answer(status, response, api)).join('')}
<h4>Example</h4><pre><code>${escaped(curlOf(method, path, operation, api))}</code></pre></article>`;
}

function parametersTable(parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map(({ name, in: where, required, description, schema }) => {
    const fallback = schema.default === undefined ? '' : ` <small>default <code>${escaped(JSON.stringify(schema.default))}</code></small>`;
    return `<tr><th scope="row"><code>${escaped(name)}</code>${required ? ' <em>required</em>' : ''}</th><td>${where}</td><td>${typeOf(schema)}</td><td>${inCode(description ?? '')}${fallback}</td></tr>`;
  });
  return `<h4>Parameters</h4><div class="scroll"><table>${rows.join('')}</table></div>`;
}

function mediaTable({ schema }: Media, api: OpenApi): string {
  return schema === undefined ? '<p>The bytes themselves.</p>' : schemaTable(schema, api.components.schemas);
}

/** What can go wrong is told by the chapter of errors. */
function answer(status: string, response: Operation['responses'][string], api: OpenApi): string {
  if (!status.startsWith('2') || '$ref' in response || status === '206') return '';
  const content = Object.entries(response.content ?? {});
  if (content.length === 0) return `<h4>Answer <small>${status}</small></h4><p>Nothing more.</p>`;
  return content.map(([type, media]) => `<h4>Answer <small>${status} ${escaped(type)}</small></h4>${mediaTable(media, api)}`).join('');
}

function about(): string {
  return `<section id="about"><h1>Lookout API</h1>
<p>Everything that the command line does, in JSON. For programs: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<p>Make a token with <code>npx lookout token add NAME --scope viewer</code>, and send it as <code>Authorization: Bearer …</code>, never in an address. A <em>viewer</em> looks and asks, an <em>editor</em> also changes cameras, rules and feedback, an <em>admin</em> also settings and tokens. The examples take it from <code>$LOOKOUT_TOKEN</code>, and the address from <code>$LOOKOUT</code>.</p>
<p>Times are given twice, as ISO 8601 in UTC and as milliseconds since 1970 (<code>…_ms</code>), and taken as the command line takes them: <code>2026-01-31T14:05</code>, <code>10 minutes ago</code>, <code>yesterday between 2pm and 3pm</code>, <code>昨天下午3点</code>. Keys that are not known are refused.</p>
<p>Lists answer <code>{"items": […], "more": true}</code>. Files are sent with ranges and ETag. Server-sent events carry JSON as their data; comments keep the connection open, and an event <code>error</code> ends what failed.</p></section>`;
}

function errors(): string {
  const rows = Object.entries(ERRORS).map(([code, remedy]) => `<tr><th scope="row"><code>${code}</code></th><td>${inCode(remedy)}</td></tr>`);
  return `<section id="errors"><h2>Errors</h2><p>Every refusal looks like this, with a fitting status:</p>
<pre><code>${escaped('{"error": {"code": "CAMERA_NOT_FOUND", "message": "what is wrong", "remedy": "what to do", "type": "invalid_request_error", "param": null}}')}</code></pre>
<div class="scroll"><table>${rows.join('')}</table></div></section>`;
}

function anchor(name: string): string {
  return `chapter-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
}
