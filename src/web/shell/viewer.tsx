import { t, language, setLanguage } from '../i18n/language.ts';
import { offsetAt, zone } from '../i18n/times.ts';
import { session, signOut } from '../session.ts';
import { setTheme, theme } from '../theme.ts';
import { Button, ButtonLink } from '../ui/button.tsx';
import { Choice } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import { now } from '../ui/time.tsx';
import { helpShown } from './help.ts';

/** How this viewer wants the page, in which zone it tells times, and as whom. */
export function Viewer() {
  const words = t().shell;
  const { value } = session;
  return (
    <div class="stack viewer">
      <Choice
        label={words.theme} value={theme.value} onChange={setTheme}
        options={[
          { value: 'auto', text: <Icon name="system" size={16} />, label: words.themes.auto },
          { value: 'light', text: <Icon name="light" size={16} />, label: words.themes.light },
          { value: 'dark', text: <Icon name="dark" size={16} />, label: words.themes.dark },
        ]}
      />
      <Choice label={words.language} value={language.value} onChange={setLanguage} options={[{ value: 'en', text: <span lang="en">English</span> }, { value: 'zh', text: <span lang="zh-Hans">中文</span> }]} />
      <div class="row tight">
        <Button kind="plain" slim icon="keys" label={words.shortcuts} onClick={() => (helpShown.value = true)} />
        <ButtonLink kind="plain" slim icon="book" href="/docs" target="_blank" rel="noreferrer" data-outside label={words.docs} />
        <Button kind="plain" slim icon="out" label={words.signOut} onClick={() => void signOut()} />
      </div>
      <div class="tiny faint">
        {value.state === 'in' && <div class="clip-line">{words.signedIn(value.who.name, words.scopes[value.who.scope])}</div>}
        <div>{words.zone(zone, offsetAt(now.value))}</div>
      </div>
    </div>
  );
}
