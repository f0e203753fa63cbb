import { t } from '../i18n/language.ts';
import { View } from '../ui/surfaces.tsx';

export function AskPage() {
  return <View title={t().ask.title} />;
}
