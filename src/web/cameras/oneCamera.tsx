import { useSignal } from '@preact/signals';
import type { CameraOut } from '../../api/schemas/cameras.ts';
import { ask } from '../api/client.ts';
import type { Problem } from '../api/problem.ts';
import { t } from '../i18n/language.ts';
import { navigate } from '../router.ts';
import { mayEdit } from '../session.ts';
import { readCameras } from '../store/cameras.ts';
import { Button, ButtonLink } from '../ui/button.tsx';
import { confirmed } from '../ui/confirm.tsx';
import { Facts } from '../ui/facts.tsx';
import { Switch } from '../ui/field.tsx';
import { asProblem, ProblemNote } from '../ui/problem.tsx';
import { Panel, View } from '../ui/surfaces.tsx';
import { Time } from '../ui/time.tsx';
import { Happenings } from './happenings.tsx';
import { Picture } from './picture.tsx';
import { Complaints, StateBadge } from './status.tsx';

export function OneCamera({ camera }: { camera: CameraOut }) {
  const words = t().live;
  const { id, status } = camera;
  return (
    <View
      title={id} width="broad"
      text={<span class="row"><StateBadge state={status.state} />{status.since_ms !== null && <span class="small">{words.since} <Time at={status.since_ms} /></span>}</span>}
      actions={<><ButtonLink kind="plain" icon="back" href="/live">{words.back}</ButtonLink><ButtonLink icon="timeline" href={`/timeline?camera=${id}`}>{words.timeline}</ButtonLink></>}
    >
      <div class="one-camera">
        <div class="stack wide">
          <div class="panel"><div class="frame-of-picture"><Picture camera={camera} /></div></div>
          <About camera={camera} />
        </div>
        <Panel title={words.events}><Happenings camera={id} most={20} /></Panel>
      </div>
    </View>
  );
}

function About({ camera }: { camera: CameraOut }) {
  const problem = useSignal<Problem | undefined>(undefined);
  const words = t().live;
  const change = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
      problem.value = undefined;
      await readCameras();
    } catch (error) {
      problem.value = asProblem(error);
    }
  };
  const remove = async (): Promise<void> => {
    if (!(await confirmed(words.removeSure(camera.id), words.remove))) return;
    await change(() => ask('DELETE', `/v1/cameras/${camera.id}`));
    if (!problem.value) navigate('/live');
  };
  return (
    <Panel title={words.about}>
      <div class="stack">
        <Complaints status={camera.status} />
        <Facts
          of={[
            [words.source, <span class="mono">{camera.source}</span>],
            [words.transport, camera.source.startsWith('rtsp') ? camera.transport.toUpperCase() : null],
            [words.clock, words.clocks[camera.clock]],
            [words.rules, camera.rules.length === 0 ? words.none : <span class="row">{camera.rules.map((rule) => <a key={rule} href={`/rules/${rule}`}>{rule}</a>)}</span>],
          ]}
        />
        {problem.value && <ProblemNote problem={problem.value} />}
        {mayEdit.value && (
          <div class="row apart">
            <Switch on={camera.enabled} label={words.enabled} onChange={(enabled) => void change(() => ask('PATCH', `/v1/cameras/${camera.id}`, { body: { enabled } }))} />
            <Button kind="danger" slim icon="remove" onClick={() => void remove()}>{words.remove}</Button>
          </div>
        )}
      </div>
    </Panel>
  );
}
