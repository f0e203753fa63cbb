#!/usr/bin/env node
/**
 * Carries Lookout's messages from a broker into PostgreSQL: node configs/deploy/history/feed.mjs
 *
 * A message is acknowledged when the database has committed it, and not before: killed at any moment, it gets what is missing from the
 * broker again, and `lookout.take` knows what it has. (`mosquitto_sub … | psql` acknowledges what it has handed to the pipe, and loses
 * that when either is killed.) Several share the work, each with a client id of its own; the broker keeps the session of one that is away.
 *
 * MQTT_URL, MQTT_USERNAME, MQTT_PASSWORD, MQTT_CA (file): the broker; has to speak MQTT 5. MQTT_PREFIX: mqtt.prefix of the configuration.
 * HISTORY_CLIENT: the client id, the same at each start. HISTORY_GROUP: who share the work. PGHOST, PGDATABASE, PGUSER, PGPASSWORD …: psql's own.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { connect } from 'mqtt';

const { MQTT_URL = 'mqtt://127.0.0.1:1883', MQTT_USERNAME, MQTT_PASSWORD, MQTT_CA, MQTT_PREFIX = 'lookout', HISTORY_CLIENT = 'lookout-history-1', HISTORY_GROUP = 'history' } = process.env;
/** How long the broker keeps what came while nobody took it, s. */
const SESSION_S = 14 * 24 * 3600;
/** With and without a site in between. */
const FILTERS = ['+', '+/+'].flatMap((camera) => ['alert', 'event', 'coverage'].map((kind) => `$share/${HISTORY_GROUP}/${MQTT_PREFIX}/${camera}/${kind}`));

const say = (line) => process.stderr.write(`${line}\n`);

function fail(why) {
  say(why);
  // What was not acknowledged comes again; whoever started this starts it anew.
  process.exit(1);
}

/** One statement at a time to psql, which prints a line for each when it is committed. */
function database() {
  const psql = spawn('psql', ['--no-psqlrc', '--quiet', '--no-align', '--tuples-only', '--set=ON_ERROR_STOP=1'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let committed;
  psql.on('error', (error) => fail(`psql cannot be started: ${error.message}`));
  psql.on('exit', () => fail('psql has ended'));
  psql.stdin.on('error', () => undefined); // its exit tells
  createInterface({ input: psql.stdout }).on('line', (line) => committed?.(line));
  // base64, so that nothing in a message can be taken for SQL
  const quoted = (bytes) => `decode('${Buffer.from(bytes).toString('base64')}', 'base64')`;
  return (topic, message) =>
    new Promise((resolve) => {
      committed = resolve;
      psql.stdin.write(`SELECT lookout.take(convert_from(${quoted(topic)}, 'UTF8'), ${quoted(message)});\n`);
    });
}

const take = database();
const client = connect(MQTT_URL, {
  clientId: HISTORY_CLIENT, protocolVersion: 5, clean: false, username: MQTT_USERNAME, password: MQTT_PASSWORD,
  ...(MQTT_CA ? { ca: readFileSync(MQTT_CA) } : {}),
  // few at a time: what is under way when this is killed is all that has to be sent again
  properties: { sessionExpiryInterval: SESSION_S, receiveMaximum: 100 },
});
client.handleMessage = ({ topic, payload }, acknowledge) => {
  void take(topic, payload).then((what) => {
    if (what === 'refused') say(`refused: a message on ${topic}; see lookout.refused`);
    acknowledge();
  });
};
client.on('connect', () =>
  client.subscribe(FILTERS, { qos: 1 }, (error, granted) => {
    const refused = granted?.find(({ qos }) => qos >= 128);
    if (error || refused) fail(`the broker refuses ${refused?.topic ?? 'the subscription'}: ${error?.message ?? 'not allowed'}`);
    say('feeding');
  }),
);
client.on('error', (error) => say(`broker: ${error.message}`));
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => client.end(false, () => process.exit(0)));
