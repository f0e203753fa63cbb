import { useEffect } from 'preact/hooks';
import { t } from '../i18n/language.ts';
import { clock, offsetAt, zone } from '../i18n/times.ts';
import { viewKeys } from '../shell/help.ts';
import { cameras, camerasProblem } from '../store/cameras.ts';
import { ButtonLink } from '../ui/button.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { EmptyState, Notice, Panel, View } from '../ui/surfaces.tsx';
import { now } from '../ui/time.tsx';
import { ChartView } from './chartView.tsx';
import { Filters } from './filters.tsx';
import { followFeed } from './follow.ts';
import { TimelineList } from './list.tsx';
import { problem, reading, readAgain, thinBefore } from './past.ts';
import { RangeBar } from './rangeBar.tsx';
import { keepAddress } from './keepAddress.ts';
import { fitYoungLog, lanes } from './state.ts';
import { Toolbar } from './toolbar.tsx';

/** What happened, by wall clock: a lane a camera, and the same as a list below. */
export function TimelinePage() {
  const words = t().timeline;
  useEffect(followFeed, []);
  useEffect(keepAddress, []);
  useEffect(fitYoungLog, []);
  useEffect(() => {
    viewKeys.value = [
      { keys: ['← →'], does: words.keys.move }, { keys: ['+ −'], does: words.keys.zoom }, { keys: ['Home'], does: words.keys.now },
      { keys: ['L'], does: words.keys.follow }, { keys: ['S'], does: words.keys.select }, { keys: ['Shift ← →'], does: words.keys.stretch },
    ];
    return () => void (viewKeys.value = []);
  }, [words]);
  if (cameras.value?.length === 0 && lanes.value.length === 0 && !reading.value) {
    return (
      <View title={words.title} width="broad">
        <Panel><EmptyState icon="timeline" title={words.noCameras.title} action={<ButtonLink kind="main" href="/live">{words.noCameras.action}</ButtonLink>}>{words.noCameras.text}</EmptyState></Panel>
      </View>
    );
  }
  const broken = problem.value ?? camerasProblem.value;
  return (
    <View title={words.title} text={<>{words.text} <span class="zone">{words.zone(zone, offsetAt(now.value))}</span></>} width="broad">
      {broken && <ProblemNote problem={broken} retry={readAgain} />}
      <Panel flush class="timeline-panel">
        <Toolbar />
        <RangeBar />
        <ChartView />
        <Legend />
      </Panel>
      {thinBefore.value !== null && <Notice role="status">{words.thin(clock(thinBefore.value))}</Notice>}
      <Filters />
      <TimelineList />
    </View>
  );
}

function Legend() {
  const words = t().timeline.legend;
  return (
    <ul class="legend tiny quiet" aria-hidden="true">
      <li><span class="swatch warning" />{words.alert}</li>
      <li><span class="swatch event" />{words.event}</li>
      <li><span class="swatch stamp" />{words.stamp}</li>
      <li><span class="swatch look" />{words.look}</li>
      <li><span class="swatch recording" />{words.recording}</li>
      <li><span class="swatch gap" />{words.gap}</li>
    </ul>
  );
}
