import { t } from '../i18n/language.ts';
import { View } from '../ui/surfaces.tsx';

export function TokensPage() {
  return <View title={t().tokens.title} />;
}
