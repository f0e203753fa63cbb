import { useEffect } from 'preact/hooks';
import { get } from '../api/client.ts';
import { heard } from '../store/feed.ts';
import { useLoad } from '../ui/useLoad.ts';
import type { Loaded } from '../ui/useLoad.ts';

/** Rest after the last word of the feed before the story is read again, ms. */
const REST = 400;

/** The story of an alert or event, read again when the feed tells more of it. */
export function useStory<T>(kind: 'alert' | 'event', id: string): Loaded<T> {
  const loaded = useLoad<T>((signal) => get<T>(`/v1/${kind}s/${encodeURIComponent(id)}/explain`, {}, signal), [kind, id]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = heard(kind, (one: { readonly id: string }) => {
      if (one.id !== id) return;
      clearTimeout(timer);
      timer = setTimeout(loaded.reload, REST);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [kind, id]);
  return loaded;
}
