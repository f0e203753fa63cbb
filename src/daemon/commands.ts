import type { Command } from '../alerts/commands.ts';
import { changeCamera, changeRule, snoozeRule } from '../config/change.ts';
import type { LoadedConfig } from '../config/load.ts';
import { owns } from '../fleet/shard.ts';
import { keepFeedback } from '../feedback/keep.ts';
import type { Logger } from '../health/log.ts';
import type { Store } from '../store/store.ts';

/**
 * Does what people asked for over MQTT. Switches and snoozes are edits of the files, which are the truth: they are taken up like any
 * other edit, and outlive a restart.
 * Of daemons that share the cameras each edits the rules that it reads (the same edit twice is none), the camera's own its switch, and who
 * gave an alert keeps what is said of it.
 * @throws LookoutError RULE_NOT_FOUND, CAMERA_NOT_FOUND, LOG_UNKNOWN_ID, CONFIG_…, STORE_…
 */
export function obey(command: Command, { file, shard }: Pick<LoadedConfig, 'file' | 'shard'>, store: Pick<Store, 'alert' | 'putFeedback'>, log: Logger): void {
  if (shard && command.kind === 'camera' && !owns(shard, command.id)) return;
  if (shard && command.kind === 'feedback' && store.alert(command.alertId).length === 0) return;
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
