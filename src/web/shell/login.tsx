import { useSignal } from '@preact/signals';
import { t } from '../i18n/language.ts';
import { session, signIn } from '../session.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { Notice } from '../ui/surfaces.tsx';

export function Login() {
  const token = useSignal('');
  const words = t().shell.login;
  const { value } = session;
  const out = value.state === 'out' ? value : undefined;
  const wrong = out?.problem?.status === 401;
  return (
    <main class="login">
      <div class="panel stack wide">
        <div class="stack close">
          <div class="brand-mark"><Icon name="eye" size={34} /></div>
          <h1>{words.title}</h1>
          <p class="quiet">{words.text}</p>
        </div>
        {out?.expired === true && <Notice>{words.expired}</Notice>}
        {out?.problem && !wrong && <ProblemNote problem={out.problem} />}
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void signIn(token.value);
          }}
        >
          <Field label={words.token} fault={wrong ? words.wrong : undefined}>
            {(labelled) => <input class="input mono" type="password" autocomplete="current-password" required autofocus spellcheck={false} value={token.value} onInput={(event) => (token.value = event.currentTarget.value)} {...labelled} />}
          </Field>
          <Button kind="main" type="submit" busy={value.state === 'asking'}>{words.enter}</Button>
        </form>
        <div class="small quiet stack close">
          <span>{words.how}</span>
          <code class="sample">npx lookout token add NAME --scope admin</code>
        </div>
      </div>
    </main>
  );
}
