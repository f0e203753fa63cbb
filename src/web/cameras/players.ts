import { signal } from '@preact/signals';

/** Browsers keep six connections to a host over plain HTTP. A stream and the feed hold one each, and questions need some; the other cameras show still pictures. */
const MOST_PLAYING = 3;

/** Cameras in sight, in the order in which they came into it. */
const inSight = signal<readonly string[]>([]);

/** What a camera's picture may be: nothing while nobody can see it, and a stream for the first few of the others. Read while rendering. */
export function turnOf(camera: string): 'unseen' | 'stream' | 'still' {
  const turn = inSight.value.indexOf(camera);
  if (turn < 0) return 'unseen';
  return turn < MOST_PLAYING ? 'stream' : 'still';
}

/** Watches whether an element with a camera's picture is in sight. @returns what ends it */
export function watchSight(element: Element, camera: string): () => void {
  const observer = new IntersectionObserver(
    (entries) => {
      const visible = entries.at(-1)?.isIntersecting === true;
      const others = inSight.value.filter((id) => id !== camera);
      if (visible === inSight.value.includes(camera)) return;
      inSight.value = visible ? [...others, camera] : others;
    },
    { rootMargin: '80px' },
  );
  observer.observe(element);
  return () => {
    observer.disconnect();
    inSight.value = inSight.value.filter((id) => id !== camera);
  };
}
