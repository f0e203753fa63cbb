import type { Command } from '../alerts/commands.ts';
import { changeCamera, changeRule, snoozeRule } from '../config/change.ts';
import type { LoadedConfig } from '../config/load.ts';
import { keepFeedback } from '../feedback/keep.ts';
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
      return void snoozeRule(file, command.rule, command.seconds, Date.now());
    case 'feedback':
      return void keepFeedback(store, command.alertId, command, Date.now());
  }
}
