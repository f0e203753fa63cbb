import { useSignal } from '@preact/signals';
import { t } from '../i18n/language.ts';
import { place } from '../router.ts';
import { mayEdit } from '../session.ts';
import { cameras, camerasProblem, filesProblem, readCameras } from '../store/cameras.ts';
import { Button } from '../ui/button.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { EmptyState, Notice, View, Waiting } from '../ui/surfaces.tsx';
import { AddCamera } from './addCamera.tsx';
import { CameraCard } from './card.tsx';
import { OneCamera } from './oneCamera.tsx';
import './cameras.css';

/** All cameras, or the one that the address names: `/live/door`. */
export function LivePage() {
  const [id] = place.value.rest;
  const one = id === undefined ? undefined : cameras.value?.find((camera) => camera.id === id);
  return one ? <OneCamera key={one.id} camera={one} /> : <AllCameras />;
}

function AllCameras() {
  const adding = useSignal(false);
  const words = t().live;
  const all = cameras.value;
  const online = (all ?? []).filter(({ status }) => status.state === 'online').length;
  const add = mayEdit.value && <Button kind="main" icon="add" onClick={() => (adding.value = true)}>{words.add}</Button>;
  return (
    <View title={words.title} width="broad" text={all && all.length > 0 ? words.online(online, all.length) : undefined} actions={all && all.length > 0 ? add : undefined}>
      {camerasProblem.value && <ProblemNote problem={camerasProblem.value} retry={() => void readCameras()} />}
      {filesProblem.value && <Notice tone="warning"><div class="strong">{filesProblem.value.message}</div><span class="code">{filesProblem.value.code}</span></Notice>}
      {!all && !camerasProblem.value && <Waiting label={t().shell.loading} />}
      {all?.length === 0 && <EmptyState icon="live" title={words.empty.title} action={add}>{words.empty.text} {!mayEdit.value && words.empty.viewer}</EmptyState>}
      {all && all.length > 0 && (
        <ul class={`camera-grid ${['', 'one', 'two'][all.length] ?? ''}`}>
          {all.map((camera) => <li key={camera.id}><CameraCard camera={camera} /></li>)}
        </ul>
      )}
      {adding.value && <AddCamera onClose={() => (adding.value = false)} />}
    </View>
  );
}
