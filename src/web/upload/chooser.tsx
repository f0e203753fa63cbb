import { useSignal } from '@preact/signals';
import { t } from '../i18n/language.ts';
import { mayEdit } from '../session.ts';
import { Icon } from '../ui/icon.tsx';
import { Notice } from '../ui/surfaces.tsx';
import { take } from './video.ts';

/** A place to drop a video on, or to choose one. */
export function Chooser() {
  const words = t().upload;
  const over = useSignal(false);
  const wrong = useSignal(false);
  const accept = (file: File | undefined): void => {
    wrong.value = file !== undefined && file.type !== '' && !file.type.startsWith('video/') && !file.type.startsWith('application/');
    if (file && !wrong.value) void take(file);
  };
  if (!mayEdit.value) return <Notice>{t().shell.needs(t().shell.scopes.editor)}</Notice>;
  return (
    <div class="stack">
      <label
        class={over.value ? 'drop over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault();
          over.value = true;
        }}
        onDragLeave={() => (over.value = false)}
        onDrop={(event) => {
          event.preventDefault();
          over.value = false;
          accept(event.dataTransfer?.files[0]);
        }}
      >
        <input class="only-heard" type="file" accept="video/*,.mkv,.ts,.flv" aria-label={words.choose} onChange={(event) => accept(event.currentTarget.files?.[0])} />
        <Icon name="upload" size={28} />
        <span class="strong">{words.drop}</span>
        <span class="small quiet">{words.or}</span>
        <span class="tiny faint">{words.kinds}</span>
      </label>
      {wrong.value && <Notice tone="warning" role="alert">{words.notVideo}</Notice>}
    </div>
  );
}
