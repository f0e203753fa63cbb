import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { TimestampOut } from '../../api/schemas/multimodal.ts';
import { t } from '../i18n/language.ts';
import { place } from '../router.ts';
import { cameraIds } from '../store/cameras.ts';
import { presently } from '../timeline/present.ts';
import { lookNear, range } from '../timeline/state.ts';
import { Choice } from '../ui/field.tsx';
import { Panel, View } from '../ui/surfaces.tsx';
import { Chooser } from '../upload/chooser.tsx';
import { Player } from '../upload/player.tsx';
import { video } from '../upload/video.ts';
import type { VideoStamp } from '../upload/videoChart.tsx';
import { Answer } from './answer.tsx';
import { NO_OPTIONS } from './asking.ts';
import type { About, AskOptions } from './asking.ts';
import { CameraTime } from './cameraTime.tsx';
import { Options } from './options.tsx';
import { QuestionForm } from './question.tsx';
import { asking, askAbout } from './run.ts';
import './ask.css';

const SOURCES = ['camera', 'video'] as const;

function inSeconds(stamps: readonly TimestampOut[] = []): VideoStamp[] {
  return stamps.map((stamp) => ({ text: stamp.event, from: stamp.start / 1000, to: stamp.end / 1000 }));
}

/** Asks about a stretch of a camera's past, or about a video. */
export function AskPage() {
  const words = t().ask;
  const { query } = place.value;
  const kind = useSignal<About['kind']>(asking.peek()?.about.kind ?? (query.has('camera') || cameraIds.peek().length > 0 || video.peek() === null ? 'camera' : 'video'));
  const chosen = useSignal(query.get('camera') ?? '');
  const prompt = useSignal(asking.peek()?.prompt ?? '');
  const options = useSignal<AskOptions>(NO_OPTIONS);
  const player = useRef<HTMLVideoElement>(null);
  const [from, to] = [Number(query.get('from')), Number(query.get('to'))];
  const linked = query.get('camera');
  useEffect(() => {
    if (linked === null) return;
    chosen.value = linked;
    kind.value = 'camera';
  }, [linked]);
  useEffect(() => {
    if (!(from > 0 && to > from)) return;
    range.value = { from, to };
    lookNear({ from, to });
  }, [from, to]);
  const camera = chosen.value || cameraIds.value[0] || '';
  const upload = video.value?.upload;
  const about: About | null = kind.value === 'camera'
    ? camera === '' ? null : { kind: 'camera', camera, from: range.value?.from ?? null, to: range.value ? Math.min(range.value.to, Math.max(presently(), range.value.from + 1)) : null }
    : upload ? { kind: 'video', media: upload.media_url } : null;
  const answered = asking.value?.about.kind === kind.value ? asking.value : null;
  const ask = (): void => {
    if (about && prompt.value.trim() !== '') void askAbout(about, prompt.value.trim(), options.value);
  };
  const go = (stamp: TimestampOut): void => {
    if (answered?.about.kind === 'camera') return lookNear({ from: stamp.start, to: stamp.end });
    if (player.current) player.current.currentTime = stamp.start / 1000;
  };
  return (
    <View title={words.title} text={words.text} actions={<Choice label={words.about} value={kind.value} onChange={(next) => (kind.value = next)} options={SOURCES.map((value) => ({ value, text: words.sources[value] }))} />}>
      <Panel class="ask-panel">
        <div class="stack wide">
          {kind.value === 'camera' ? <CameraTime camera={camera} onCamera={(id) => (chosen.value = id)} /> : video.value ? <Player of={video.value} player={player} stamps={inSeconds(answered?.stamps)} /> : <Chooser />}
          <QuestionForm prompt={prompt} ready={about !== null} running={answered?.state === 'running'} onAsk={ask}>
            <Options kind={kind.value} options={options.value} onChange={(next) => (options.value = next)} />
          </QuestionForm>
        </div>
      </Panel>
      {answered && <Answer of={answered} onStamp={go} again={ask} />}
    </View>
  );
}
