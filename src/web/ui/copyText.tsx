import { useSignal } from '@preact/signals';
import { t } from '../i18n/language.ts';
import { Button } from './button.tsx';

/** Something to be taken elsewhere, with a button that puts it on the clipboard. */
export function CopyText({ text }: { text: string }) {
  const copied = useSignal(false);
  const words = t().shell;
  return (
    <div class="copy-text">
      <code class="sample grow">{text}</code>
      <Button icon={copied.value ? 'check' : 'copy'} onClick={() => void navigator.clipboard.writeText(text).then(() => (copied.value = true))}>{copied.value ? words.copied : words.copy}</Button>
    </div>
  );
}
