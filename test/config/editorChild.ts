import { setTimeout as sleep } from 'node:timers/promises';
import { addCamera, addRule } from '../../src/config/edit.ts';
import { LookoutError } from '../../src/errors.ts';

/** A program that adds cameras and rules to a configuration, with a breath in between: <file> <name> <how many>. */
const [file = '', name = '', count = '0'] = process.argv.slice(2);

/** As a person would who is told to try again: on a machine that has much else to do the others may hold the file for seconds. */
async function patiently(edit: () => unknown): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      edit();
      break;
    } catch (error) {
      if (tries === 10 || !(error instanceof LookoutError && error.detail.includes('another program is editing it'))) throw error;
    }
  }
  await sleep(10);
}

for (let i = 0; i < Number(count); i++) {
  await patiently(() => addCamera(file, { id: `${name}${i}`, url: `rtsp://10.0.0.${i}/${name}` }));
  await patiently(() => addRule(file, { id: `${name}${i}`, alert: `thing ${i} happens`, cameras: [`${name}${i}`] }));
}
