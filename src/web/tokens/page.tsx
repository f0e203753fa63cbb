import { useSignal } from '@preact/signals';
import { ask, get, post } from '../api/client.ts';
import { bareFault, keyParts } from '../api/problem.ts';
import type { Problem } from '../api/problem.ts';
import { t } from '../i18n/language.ts';
import { session } from '../session.ts';
import type { Scope } from '../session.ts';
import { Button } from '../ui/button.tsx';
import { confirmed } from '../ui/confirm.tsx';
import { CopyText } from '../ui/copyText.tsx';
import { Field } from '../ui/field.tsx';
import { asProblem, ProblemNote } from '../ui/problem.tsx';
import { Badge, Notice, Panel, View, Waiting } from '../ui/surfaces.tsx';
import { Time } from '../ui/time.tsx';
import { useLoad } from '../ui/useLoad.ts';

interface TokenEntry {
  readonly name: string;
  readonly scope: Scope;
  readonly created: string;
}

const SCOPES: readonly Scope[] = ['viewer', 'editor', 'admin'];

export function TokensPage() {
  const words = t().tokens;
  const list = useLoad((signal) => get<{ items: TokenEntry[] }>('/v1/tokens', {}, signal), []);
  const made = useSignal<{ name: string; token: string } | undefined>(undefined);
  return (
    <View title={words.title} text={words.text} width="narrow">
      {made.value && (
        <Notice tone="good" role="status">
          <div class="stack">
            <span class="strong">{words.once(made.value.name)}</span>
            <CopyText text={made.value.token} />
            <span>{words.link}</span>
            <CopyText text={`${location.origin}/#token=${made.value.token}`} />
            <div><Button slim onClick={() => (made.value = undefined)}>{words.done}</Button></div>
          </div>
        </Notice>
      )}
      <MakeToken
        onMade={(one) => {
          made.value = one;
          list.reload();
        }}
      />
      <Panel title={words.list} flush>
        {list.problem.value && <ProblemNote problem={list.problem.value} retry={list.reload} />}
        {!list.value.value && !list.problem.value && <Waiting label={t().shell.loading} />}
        <ul class="lines">{list.value.value?.items.map((one) => <TokenLine key={one.name} token={one} onRemoved={list.reload} />)}</ul>
      </Panel>
    </View>
  );
}

function MakeToken({ onMade }: { onMade: (made: { name: string; token: string }) => void }) {
  const name = useSignal('');
  const scope = useSignal<Scope>('viewer');
  const problem = useSignal<Problem | undefined>(undefined);
  const busy = useSignal(false);
  const words = t().tokens;
  const make = async (): Promise<void> => {
    busy.value = true;
    try {
      onMade(await post('/v1/tokens', { name: name.value, scope: scope.value }));
      problem.value = undefined;
      name.value = '';
    } catch (error) {
      problem.value = asProblem(error);
    }
    busy.value = false;
  };
  const atName = problem.value && keyParts(problem.value.param).includes('name') ? bareFault(problem.value) : undefined;
  return (
    <Panel>
      <form
        class="stack wide"
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <Field label={words.name} help={words.nameHelp} fault={atName}>
          {(labelled) => <input class="input" required pattern="[a-z0-9_\-]{1,64}" placeholder="hall-display" autocomplete="off" autocapitalize="none" spellcheck={false} value={name.value} onInput={(event) => (name.value = event.currentTarget.value.trim())} {...labelled} />}
        </Field>
        <div class="field" role="radiogroup" aria-label={words.scope}>
          <span class="label">{words.scope}</span>
          <div class="stack close">
            {SCOPES.map((one) => (
              <label class="row" key={one}><input type="radio" name="scope" checked={scope.value === one} onChange={() => (scope.value = one)} /><span class="strong">{t().shell.scopes[one]}</span><span class="quiet small">{words.scopes[one]}</span></label>
            ))}
          </div>
        </div>
        {problem.value && atName === undefined && <ProblemNote problem={problem.value} />}
        <div><Button kind="main" type="submit" busy={busy.value} disabled={name.value === ''}>{words.add}</Button></div>
      </form>
    </Panel>
  );
}

function TokenLine({ token, onRemoved }: { token: TokenEntry; onRemoved: () => void }) {
  const problem = useSignal<Problem | undefined>(undefined);
  const words = t().tokens;
  const own = session.value.state === 'in' && session.value.who.name === token.name;
  const remove = async (): Promise<void> => {
    if (!(await confirmed(words.removeSure(token.name), words.remove))) return;
    try {
      await ask('DELETE', `/v1/tokens/${token.name}`);
      onRemoved();
    } catch (error) {
      problem.value = asProblem(error);
    }
  };
  return (
    <li>
      <div class="grow">
        <div class="row"><span class="strong">{token.name}</span><Badge tone="accent">{t().shell.scopes[token.scope]}</Badge>{own && <Badge>{words.you}</Badge>}</div>
        <span class="small faint">{words.created} <Time at={Date.parse(token.created)} as="full" /></span>
        {problem.value && <ProblemNote problem={problem.value} />}
      </div>
      <Button kind="plain" slim icon="remove" label={`${words.remove}: ${token.name}`} onClick={() => void remove()} />
    </li>
  );
}
