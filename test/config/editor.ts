import { setTimeout as sleep } from 'node:timers/promises';
import { addCamera, addRule } from '../../src/config/edit.ts';

// A program that adds cameras and rules to a configuration, with a breath in between: <file> <name> <how many>.
const [file = '', name = '', count = '0'] = process.argv.slice(2);
for (let i = 0; i < Number(count); i++) {
  addCamera(file, { id: `${name}${i}`, url: `rtsp://10.0.0.${i}/${name}` });
  await sleep(10);
  addRule(file, { id: `${name}${i}`, alert: `thing ${i} happens`, cameras: [`${name}${i}`] });
  await sleep(10);
}
