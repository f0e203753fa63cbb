import type { Command } from 'commander';
import { Option } from 'commander';
import { withoutSecrets } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { Scope } from '../api/route.ts';
import { openTokens, type TokenBook } from '../api/tokens.ts';
import { urlOf } from '../api/url.ts';
import { configFile, configOption, jsonOption, parseId } from './options.ts';
import { print, printJson, printTable } from './print.ts';

interface Options {
  readonly config?: string;
}

export function register(program: Command): void {
  const token = program.command('token').summary('say who may use the page and the API').description('Tokens of the page and the API. A running daemon takes up changes at once.');
  token
    .command('add')
    .summary('make a token')
    .description('Makes a token and prints it, this once: only a hash of it is kept. Viewers look and ask; editors also change cameras, rules and feedback, and upload videos; admins also settings and tokens.')
    .argument('<name>', 'of the person or program that gets it', parseId)
    .addOption(new Option('--scope <scope>', 'what it allows').choices(['viewer', 'editor', 'admin']).default('viewer'))
    .addOption(configOption())
    .addOption(jsonOption('as JSON'))
    .action((name: string, opts: Options & { scope: Scope; json?: boolean }) => add(name, opts.scope, apiOf(opts), opts.json ?? false));
  token
    .command('list')
    .summary('list the tokens')
    .description('Lists the tokens by name. The tokens themselves are nowhere.')
    .addOption(configOption())
    .addOption(jsonOption('as JSON'))
    .action((opts: Options & { json?: boolean }) => list(openTokens(apiOf(opts).tokens), opts.json ?? false));
  token
    .command('remove')
    .summary('remove a token')
    .description('Removes a token. It and the sessions that it opened are refused from then on.')
    .argument('<name>', 'its name', parseId)
    .addOption(configOption())
    .action((name: string, opts: Options) => {
      openTokens(apiOf(opts).tokens).remove(name);
      print(`Token ${name} is removed.`);
    });
}

function apiOf({ config }: Options): Config['api'] {
  return loadConfig(configFile(config), withoutSecrets).config.api;
}

function add(name: string, scope: Scope, api: Config['api'], json: boolean): void {
  const token = openTokens(api.tokens).add(name, scope);
  const link = `${urlOf(api)}/#token=${token}`;
  if (json) return printJson({ name, scope, token, link });
  print(token, '', 'It is shown this once; whoever has it can use it. The page, with this token:', `  ${link}`);
  if (!api.enabled) print('The API is switched off: set api.enabled in the configuration.');
}

function list(tokens: TokenBook, json: boolean): void {
  const items = tokens.list();
  if (json) return printJson(items);
  if (items.length === 0) return print('No tokens yet. Make one: npx lookout token add me --scope admin');
  printTable(['TOKEN', 'SCOPE', 'MADE'], items.map(({ name, scope, created }) => [name, scope, created]));
}
