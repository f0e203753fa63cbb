import { useSignal } from '@preact/signals';
import type { WhenOut } from '../../api/schemas/when.ts';
import { get } from '../api/client.ts';
import type { Problem } from '../api/problem.ts';
import { t } from '../i18n/language.ts';
import { zone } from '../i18n/times.ts';
import { Button } from '../ui/button.tsx';
import { asProblem } from '../ui/problem.tsx';
import { framing } from './span.ts';
import type { Span } from './span.ts';
import { look, range } from './state.ts';

/** What words about a time mean, read in the viewer's zone. @throws Problem */
async function readWhen(text: string): Promise<Span & { readonly moment: boolean; readonly says: string }> {
  const { kind, since_ms: from, until_ms: to, says } = await get<WhenOut>('/v1/when', { text, timezone: zone });
  return { from, to, moment: kind === 'moment', says };
}

/** A moment is shown with so much around it, ms. */
const AROUND = 5 * 60_000;

/** Goes to a time in words: a range is selected as well. */
export function WhenField({ hint }: { hint?: string }) {
  const words = t().timeline;
  const text = useSignal('');
  const problem = useSignal<Problem | null>(null);
  const says = useSignal('');
  const busy = useSignal(false);
  const go = async (): Promise<void> => {
    if (text.value.trim() === '') return;
    busy.value = true;
    problem.value = null;
    try {
      const found = await readWhen(text.value.trim());
      says.value = found.says;
      range.value = found.moment ? null : { from: found.from, to: found.to };
      look(found.moment ? { from: found.from - AROUND, to: found.from + AROUND } : framing(found));
    } catch (error) {
      says.value = '';
      problem.value = asProblem(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    <form
      class="when"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        void go();
      }}
    >
      <div class="row tight">
        <input class="input grow" type="text" aria-label={words.when} placeholder={hint ?? words.whenHint} value={text.value} maxLength={200} aria-invalid={problem.value !== null} aria-describedby="when-said" onInput={(event) => (text.value = event.currentTarget.value)} />
        <Button type="submit" busy={busy.value}>{words.go}</Button>
      </div>
      <div id="when-said" class="tiny" role="status">
        {problem.value ? <span class="fault">{problem.value.message} {problem.value.remedy}</span> : says.value !== '' && <span class="quiet">{words.understood(says.value)}</span>}
      </div>
    </form>
  );
}
