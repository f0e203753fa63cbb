import { t } from '../i18n/language.ts';
import { View } from '../ui/surfaces.tsx';

export function TimelinePage() {
  return <View title={t().timeline.title} />;
}
