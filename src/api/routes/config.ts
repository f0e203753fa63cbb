import { changeConfig } from '../../config/change.ts';
import { shown } from '../../config/document.ts';
import type { ConfigFiles } from '../../config/files.ts';
import { configJsonSchema, rulesJsonSchema } from '../../config/jsonSchema.ts';
import type { Config } from '../../config/schema.ts';
import { tellConfig } from '../../config/told.ts';
import { etagOf } from '../../config/version.ts';
import { etagIn } from '../asked.ts';
import { Headed, route } from '../route.ts';
import type { Route } from '../route.ts';
import { configAnswer, configEdited, configPatch, configSchemaAnswer } from '../schemas/config.ts';
import { problemOut } from '../shapes.ts';

export interface ConfigNeeds {
  readonly files: ConfigFiles;
  /** sections whose changes want a restart */
  readonly fixed: readonly string[];
  /** those of them in which a configuration differs from what Lookout was started with */
  awaitingRestart(config: Config): readonly string[];
}

/** The configuration: read with its secrets redacted, and edited in its file. */
export function configRoutes({ files, fixed, awaitingRestart }: ConfigNeeds): Route[] {
  return [
    route({
      method: 'GET', path: '/v1/config', scope: 'admin', tag: 'config',
      summary: 'The configuration, secrets redacted', response: { json: configAnswer },
      handle() {
        const { config, source, etag, problem } = files.read();
        const { values, written, secrets } = tellConfig(source);
        // a file that is not there has the version of no text: an edit of it fails by its own error
        const version = etag ?? etagOf('');
        const answer = {
          file: shown(files.file), etag: version, values, written: written.map((path) => [...path]), secrets: secrets.map((path) => [...path]),
          restart: [...awaitingRestart(config)], problem: problemOut(problem),
        };
        return new Headed(answer, { etag: `"${version}"` });
      },
    }),
    route({
      method: 'GET', path: '/v1/config/schema', scope: 'admin', tag: 'config',
      summary: 'What can be configured: every key with its type, default and meaning', response: { json: configSchemaAnswer },
      handle: () => ({ schema: configJsonSchema(), rules: rulesJsonSchema(), restart: [...fixed] }),
    }),
    route({
      method: 'PATCH', path: '/v1/config', scope: 'admin', tag: 'config',
      summary: 'Change keys of the configuration',
      description: 'In its file, whose comments stay: all edits or none, checked as a whole before it is written. Secrets may be set. With If-Match it is refused (412) where the file was edited in between.',
      body: configPatch, response: { json: configEdited },
      handle({ body, head }) {
        const { etag, changed } = changeConfig(files.file, body.edits.map(({ path, value }) => ({ path, value: value ?? null })), etagIn(head.ifMatch));
        const sections = new Set(body.edits.map(({ path }) => String(path[0])));
        return new Headed({ etag, changed, restart: changed ? fixed.filter((section) => sections.has(section)) : [] }, { etag: `"${etag}"` });
      },
    }),
  ];
}
