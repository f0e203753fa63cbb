import { t } from '../i18n/language.ts';
import { View } from '../ui/surfaces.tsx';

export function SettingsPage() {
  return <View title={t().settings.title} />;
}
