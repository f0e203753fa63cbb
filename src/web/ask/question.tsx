import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { t } from '../i18n/language.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { stopAsking } from './run.ts';

/** The question itself; Enter asks it, Shift and Enter makes a new line. */
export function QuestionForm({ prompt, ready, running, onAsk, children }: { prompt: Signal<string>; ready: boolean; running: boolean; onAsk: () => void; children: ComponentChildren }) {
  const words = t().ask;
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onAsk();
      }}
    >
      <Field label={words.question}>{(labelled) => (
        <textarea
          class="textarea question" rows={2} required maxLength={4000} placeholder={words.questionHint} value={prompt.value} onInput={(event) => (prompt.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }}
          {...labelled}
        />
      )}</Field>
      {prompt.value === '' && (
        <div class="row tight examples">
          {words.examples.map((example) => <button key={example} type="button" class="example small" onClick={() => (prompt.value = example)}>{example}</button>)}
        </div>
      )}
      {children}
      <div class="row">
        <Button kind="main" type="submit" icon="ask" disabled={!ready || prompt.value.trim() === ''}>{words.ask}</Button>
        {running && <Button onClick={stopAsking}>{words.stop}</Button>}
      </div>
    </form>
  );
}
