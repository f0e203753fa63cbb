import { t } from '../i18n/language.ts';
import { navigate } from '../router.ts';
import { session } from '../session.ts';
import { toggleTheme } from '../theme.ts';
import { Dialog } from '../ui/dialog.tsx';
import { helpShown, viewKeys } from './help.ts';
import { openViews } from './navigation.tsx';

const CHORD_MS = 1200;
let chord = Number.NEGATIVE_INFINITY;

/** g, then a view's letter; ? for the list; d for light and dark. Nothing while somebody writes. Called once. */
export function startKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (session.value.state !== 'in' || event.ctrlKey || event.metaKey || event.altKey || writes(event.target)) return;
    if (document.querySelector('dialog[open]')) return;
    const going = event.timeStamp - chord < CHORD_MS;
    chord = Number.NEGATIVE_INFINITY;
    if (going) {
      const view = openViews().find(({ key }) => key === event.key);
      if (view) navigate(`/${view.name}`);
      return;
    }
    if (event.key === 'g') chord = event.timeStamp;
    else if (event.key === '?') helpShown.value = true;
    else if (event.key === 'd') toggleTheme();
  });
}

function writes(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}

export function KeyHelp() {
  if (!helpShown.value) return null;
  const words = t().shell.keys;
  const line = (keys: readonly string[], does: string) => (
    <tr key={does}>
      <td>{keys.map((key, i) => <span key={key}>{i > 0 && <span class="faint tiny"> {words.next} </span>}<kbd>{key}</kbd></span>)}</td>
      <td>{does}</td>
    </tr>
  );
  return (
    <Dialog title={words.title} onClose={() => (helpShown.value = false)}>
      <table class="table">
        <tbody>
          {openViews().map(({ key, name }) => line(['g', key], `${words.go}: ${t()[name].title}`))}
          {viewKeys.value.map(({ keys, does }) => line(keys, does))}
          {line(['d'], words.theme)}
          {line(['?'], words.help)}
          {line(['Esc'], words.close)}
        </tbody>
      </table>
    </Dialog>
  );
}
