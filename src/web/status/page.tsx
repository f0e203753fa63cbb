import { t } from '../i18n/language.ts';
import { View } from '../ui/surfaces.tsx';

export function StatusPage() {
  return <View title={t().status.title} />;
}
