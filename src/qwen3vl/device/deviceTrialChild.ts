import { rightForms } from './deviceTrial.ts';
import type { RunningDevice } from './sessionOptions.ts';

/** What the trial's process says of the device that it was given as its argument. */
export type TrialReport = { readonly forms: Awaited<ReturnType<typeof rightForms>> } | { readonly failed: string };

async function report(): Promise<TrialReport> {
  try {
    return { forms: await rightForms(process.argv[2] as RunningDevice) };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

// a driver may hang or fall when it is let go in order: once the report is out, nothing is left to do
process.send?.(await report(), () => process.kill(process.pid, 'SIGKILL'));
