import { session } from './session.ts';
import { Frame } from './shell/frame.tsx';
import { Login } from './shell/login.tsx';
import { Waiting } from './ui/surfaces.tsx';
import { t } from './i18n/language.ts';
import { useRef } from 'preact/hooks';

/** Who is not signed in sees the login; while the first answer is awaited, next to nothing. */
export function App() {
  const { state } = session.value;
  const asked = useRef(false);
  if (state !== 'asking') asked.current = true;
  if (state === 'in') return <Frame />;
  if (state === 'out' || asked.current) return <Login />;
  return <div class="login"><Waiting label={t().shell.loading} /></div>;
}
