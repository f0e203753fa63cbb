import { useSignal } from '@preact/signals';
import type { CameraOut, CameraPatchIn } from '../../api/schemas/cameras.ts';
import { ask } from '../api/client.ts';
import type { Problem } from '../api/problem.ts';
import { t } from '../i18n/language.ts';
import { navigate } from '../router.ts';
import { mayEdit } from '../session.ts';
import { readCameras } from '../store/cameras.ts';
import { Button } from '../ui/button.tsx';
import { confirmed } from '../ui/confirm.tsx';
import { Facts } from '../ui/facts.tsx';
import { Field, Switch } from '../ui/field.tsx';
import { asProblem, ProblemNote } from '../ui/problem.tsx';
import { Panel } from '../ui/surfaces.tsx';
import { Complaints } from './status.tsx';

const CLOCKS = ['auto', 'camera', 'arrival'] as const;
const RECORDED = ['off', 'continuous', 'events'] as const;

/** Where a camera's pictures come from, what applies to it, and its keys in the configuration that people change. */
export function About({ camera }: { camera: CameraOut }) {
  const problem = useSignal<Problem | undefined>(undefined);
  const words = t().live;
  const doing = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
      problem.value = undefined;
      await readCameras();
    } catch (error) {
      problem.value = asProblem(error);
    }
  };
  const change = (body: CameraPatchIn): void => void doing(() => ask('PATCH', `/v1/cameras/${camera.id}`, { body }));
  const remove = async (): Promise<void> => {
    if (!(await confirmed(words.removeSure(camera.id), words.remove))) return;
    await doing(() => ask('DELETE', `/v1/cameras/${camera.id}`));
    if (!problem.value) navigate('/live');
  };
  return (
    <Panel title={words.about}>
      <div class="stack wide">
        <Complaints status={camera.status} />
        <Facts
          of={[
            [words.source, <span class="mono">{camera.source}</span>],
            [words.transport, camera.source.startsWith('rtsp') ? camera.transport.toUpperCase() : null],
            [words.clock, mayEdit.value ? null : words.clocks[camera.clock]],
            [words.recordings, mayEdit.value ? null : words.recorded[camera.recordings ?? 'default']],
            [words.rules, camera.rules.length === 0 ? words.none : <span class="row">{camera.rules.map((rule) => <a key={rule} href={`/rules/${rule}`}>{rule}</a>)}</span>],
          ]}
        />
        {problem.value && <ProblemNote problem={problem.value} />}
        {mayEdit.value && <Keys camera={camera} onChange={change} onRemove={() => void remove()} />}
      </div>
    </Panel>
  );
}

function Keys({ camera, onChange, onRemove }: { camera: CameraOut; onChange: (body: CameraPatchIn) => void; onRemove: () => void }) {
  const words = t().live;
  return (
    <>
      <div class="camera-keys">
        <Field label={words.clock}>
          {(labelled) => (
            <select class="select" value={camera.clock} onChange={(event) => onChange({ clock: CLOCKS.find((one) => one === event.currentTarget.value) ?? null })} {...labelled}>
              {CLOCKS.map((one) => <option key={one} value={one}>{words.clocks[one]}</option>)}
            </select>
          )}
        </Field>
        <Field label={words.recordings}>
          {(labelled) => (
            <select class="select" value={camera.recordings ?? 'default'} onChange={(event) => onChange({ recordings: RECORDED.find((one) => one === event.currentTarget.value) ?? null })} {...labelled}>
              {(['default', ...RECORDED] as const).map((one) => <option key={one} value={one}>{words.recorded[one]}</option>)}
            </select>
          )}
        </Field>
      </div>
      <div class="row apart">
        <Switch on={camera.enabled} label={words.enabled} onChange={(enabled) => onChange({ enabled })} />
        <Button kind="danger" slim icon="remove" onClick={onRemove}>{words.remove}</Button>
      </div>
    </>
  );
}
