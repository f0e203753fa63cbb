import { useSignal } from '@preact/signals';
import type { FeedbackIn, FeedbackOut } from '../../api/schemas/alerts.ts';
import { ask } from '../api/client.ts';
import type { Problem } from '../api/problem.ts';
import { t } from '../i18n/language.ts';
import { mayEdit } from '../session.ts';
import { Button } from '../ui/button.tsx';
import { asProblem, ProblemNote } from '../ui/problem.tsx';

/** Right or wrong, and why: each choice is kept at once, a note when it is saved. */
export function FeedbackForm({ alert, said }: { alert: string; said: Pick<FeedbackOut, 'right' | 'note'> | null }) {
  const words = t().detail;
  const kept = useSignal(said);
  const note = useSignal(said?.note ?? '');
  const busy = useSignal(false);
  const saved = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const save = async (right: boolean): Promise<void> => {
    busy.value = true;
    problem.value = null;
    try {
      const body: FeedbackIn = { right, note: note.value.trim() };
      kept.value = await ask<FeedbackOut>('PUT', `/v1/alerts/${encodeURIComponent(alert)}/feedback`, { body });
      saved.value = true;
    } catch (error) {
      problem.value = asProblem(error);
    } finally {
      busy.value = false;
    }
  };
  const right = kept.value?.right;
  const may = mayEdit.value;
  const changed = note.value.trim() !== (kept.value?.note ?? '');
  return (
    <section class="feedback" aria-label={words.feedback}>
      <div class="row apart">
        <h3>{words.feedback}</h3>
        <div class="row tight">
          <Button slim icon="right" aria-pressed={right === true} disabled={!may || busy.value} onClick={() => void save(true)}>{words.right}</Button>
          <Button slim icon="wrong" aria-pressed={right === false} disabled={!may || busy.value} onClick={() => void save(false)}>{words.wrong}</Button>
        </div>
      </div>
      {!may && <p class="small quiet">{t().shell.needs(t().shell.scopes.editor)}</p>}
      {right !== undefined && (
        <form
          class="row"
          onSubmit={(event) => {
            event.preventDefault();
            void save(right);
          }}
        >
          <input class="input grow" aria-label={words.note} placeholder={words.noteHint} maxLength={1000} disabled={!may} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />
          {changed && <Button type="submit" slim busy={busy.value}>{words.save}</Button>}
        </form>
      )}
      <div role="status">{saved.value && !changed && <p class="small quiet">{words.saved}</p>}</div>
      {problem.value && <ProblemNote problem={problem.value} />}
    </section>
  );
}
