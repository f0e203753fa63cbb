import { useSignal } from '@preact/signals';
import type { CameraAddedOut, CameraIn, ProbeIn, ProbeOut } from '../../api/schemas/cameras.ts';
import { post } from '../api/client.ts';
import { bareFault, keyParts } from '../api/problem.ts';
import type { Problem } from '../api/problem.ts';
import { t } from '../i18n/language.ts';
import { readCameras } from '../store/cameras.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Choice, Field } from '../ui/field.tsx';
import { asProblem, ProblemNote } from '../ui/problem.tsx';
import { Waiting } from '../ui/surfaces.tsx';
import { toast } from '../ui/toast.tsx';
import { Found, PushAddress } from './found.tsx';

interface Draft {
  readonly how: 'pull' | 'push';
  readonly id: string;
  readonly url: string;
  readonly transport: 'tcp' | 'udp';
  readonly tls: 'verify' | 'any';
}

const BLANK: Draft = { how: 'pull', id: '', url: '', transport: 'tcp', tls: 'verify' };
const PROBE_SECONDS = 6;

export function AddCamera({ onClose }: { onClose: () => void }) {
  const draft = useSignal(BLANK);
  const problem = useSignal<Problem | undefined>(undefined);
  const busy = useSignal<'probe' | 'save' | undefined>(undefined);
  const found = useSignal<ProbeOut | undefined>(undefined);
  const added = useSignal<CameraAddedOut | undefined>(undefined);
  const words = t().live.form;
  const doing = async (what: 'probe' | 'save', work: () => Promise<void>): Promise<void> => {
    busy.value = what;
    problem.value = undefined;
    try {
      await work();
    } catch (error) {
      problem.value = asProblem(error);
    }
    busy.value = undefined;
  };
  const probe = (): Promise<void> =>
    doing('probe', async () => {
      const { url, transport, tls } = draft.value;
      found.value = await post<ProbeOut>('/v1/cameras/probe', { url: url.trim(), transport, tls, seconds: PROBE_SECONDS } satisfies ProbeIn);
    });
  const save = (): Promise<void> =>
    doing('save', async () => {
      const answer = await post<CameraAddedOut>('/v1/cameras', bodyOf(draft.value));
      await readCameras();
      toast({ text: words.saved(answer.camera.id), icon: 'check' });
      for (const text of answer.warnings) toast({ text, tone: 'warning', icon: 'warning' });
      if (answer.push_url) added.value = answer;
      else onClose();
    });
  if (added.value?.push_url) return <Dialog title={added.value.camera.id} onClose={onClose}><PushAddress url={added.value.push_url} onDone={onClose} /></Dialog>;
  return (
    <Dialog title={t().live.add} onClose={onClose}>
      <form
        class="stack wide"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Inputs draft={draft.value} problem={problem.value} onChange={(changes) => (draft.value = { ...draft.value, ...changes })} />
        {busy.value === 'probe' && <Waiting label={words.probing} />}
        {problem.value && !faultKey(problem.value) && <ProblemNote problem={problem.value} />}
        {found.value && busy.value !== 'probe' && <Found probe={found.value} />}
        <div class="row apart">
          {draft.value.how === 'pull' ? <Button icon="test" busy={busy.value === 'probe'} disabled={draft.value.url.trim() === ''} onClick={() => void probe()}>{words.probe}</Button> : <span />}
          <Button kind="main" type="submit" busy={busy.value === 'save'} disabled={draft.value.id === ''}>{words.save}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function bodyOf({ how, id, url, transport, tls }: Draft): CameraIn {
  if (how === 'push') return { id, push: true };
  return { id, url: url.trim(), ...(transport === 'tcp' ? {} : { transport }), ...(tls === 'verify' ? {} : { tls }) };
}

/** The input that a problem belongs to. */
function faultKey(problem: Problem | undefined): 'id' | 'url' | undefined {
  const key = keyParts(problem?.param ?? null).at(-1);
  return key === 'id' || key === 'url' ? key : undefined;
}

function Inputs({ draft, problem, onChange }: { draft: Draft; problem: Problem | undefined; onChange: (changes: Partial<Draft>) => void }) {
  const words = t().live.form;
  const fault = (key: 'id' | 'url'): string | undefined => (problem && faultKey(problem) === key ? bareFault(problem) : undefined);
  return (
    <>
      <Choice label={words.how} value={draft.how} onChange={(how) => onChange({ how })} options={[{ value: 'pull', text: words.pull }, { value: 'push', text: words.push }]} />
      <Field label={words.id} help={words.idHelp} fault={fault('id')}>
        {(labelled) => <input class="input" name="camera-id" required autofocus pattern="[a-z0-9_\-]{1,64}" placeholder="door" autocomplete="off" autocapitalize="none" spellcheck={false} value={draft.id} onInput={(event) => onChange({ id: event.currentTarget.value.trim() })} {...labelled} />}
      </Field>
      {draft.how === 'push' && <p class="small quiet">{words.pushHelp}</p>}
      {draft.how === 'pull' && (
        <>
          <Field label={words.url} help={words.urlHelp} fault={fault('url')}>
            {(labelled) => <input class="input mono" name="camera-url" required placeholder="rtsp://user:password@192.168.1.20:554/stream1" autocomplete="off" autocapitalize="none" spellcheck={false} value={draft.url} onInput={(event) => onChange({ url: event.currentTarget.value })} {...labelled} />}
          </Field>
          <details class="more">
            <summary>{words.more}</summary>
            <div class="stack">
              <Field label={words.transport}>{(labelled) => <select class="select short" value={draft.transport} onChange={(event) => onChange({ transport: event.currentTarget.value === 'udp' ? 'udp' : 'tcp' })} {...labelled}><option value="tcp">TCP</option><option value="udp">UDP</option></select>}</Field>
              <Field label={words.tls}>{(labelled) => <select class="select short" value={draft.tls} onChange={(event) => onChange({ tls: event.currentTarget.value === 'any' ? 'any' : 'verify' })} {...labelled}><option value="verify">{words.tlsVerify}</option><option value="any">{words.tlsAny}</option></select>}</Field>
            </div>
          </details>
        </>
      )}
    </>
  );
}
