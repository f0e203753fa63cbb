import { signal } from '@preact/signals';
import { t } from '../i18n/language.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';

interface Question {
  readonly text: string;
  readonly action: string;
  readonly answer: (yes: boolean) => void;
}

const asked = signal<Question | undefined>(undefined);

/** Asks before something is done that cannot be undone; `action` is what the button says. */
export function confirmed(text: string, action: string): Promise<boolean> {
  asked.value?.answer(false);
  return new Promise((resolve) => {
    asked.value = {
      text, action,
      answer(yes) {
        asked.value = undefined;
        resolve(yes);
      },
    };
  });
}

/** Where the question is shown; once on the page. */
export function Confirm() {
  const question = asked.value;
  if (!question) return null;
  return (
    <Dialog title={question.action} onClose={() => question.answer(false)}>
      <div class="stack wide">
        <p>{question.text}</p>
        <div class="row"><Button onClick={() => question.answer(false)}>{t().shell.cancel}</Button><Button kind="danger" onClick={() => question.answer(true)}>{question.action}</Button></div>
      </div>
    </Dialog>
  );
}
