import { t } from '../i18n/language.ts';
import { View } from '../ui/surfaces.tsx';

export function LivePage() {
  return <View title={t().live.title} />;
}
