import type { Command } from '../alerts/commands.ts';
import { changeCamera, changeRule } from '../config/change.ts';
import type { LoadedConfig } from '../config/load.ts';
import { LookoutError } from '../errors.ts';
import type { Logger } from '../health/log.ts';
import type { Store } from '../store/store.ts';

/**
 * Does what people asked for over MQTT. Switches and snoozes are edits of the files, which are the truth: they are taken up like any
 * other edit, and outlive a restart.
 * @throws LookoutError RULE_NOT_FOUND, CAMERA_NOT_FOUND, LOG_UNKNOWN_ID, CONFIG_…, STORE_…
 */
export function obey(command: Command, { file }: Pick<LoadedConfig, 'file'>, store: Pick<Store, 'alert' | 'putFeedback'>, log: Logger): void {
  log.info({ command }, 'asked for over MQTT');
  switch (command.kind) {
    case 'rule':
      return changeRule(file, command.id, { enabled: command.enabled });
    case 'camera':
      return changeCamera(file, command.id, { enabled: command.enabled });
    case 'snooze':
      return changeRule(file, command.rule, { snoozed_until: command.seconds === 0 ? null : timeOf(Date.now() + command.seconds * 1000) });
    case 'feedback': {
      const [alert] = store.alert(command.alertId);
      if (!alert) throw new LookoutError('LOG_UNKNOWN_ID', `the log has no alert ${command.alertId}.`);
      return store.putFeedback({ alertId: alert.id, right: command.right, note: command.note, at: Date.now() });
    }
  }
}

/** To the second, as a rule's keys are written. */
function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
