import { t } from '../i18n/language.ts';
import { View } from '../ui/surfaces.tsx';

export function RulesPage() {
  return <View title={t().rules.title} />;
}
