import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { t } from '../i18n/language.ts';
import { Button } from './button.tsx';

/** Something to be taken elsewhere, with a button that puts it on the clipboard. */
export function CopyText({ text }: { text: string }) {
  const copied = useSignal(false);
  const shown = useRef<HTMLElement>(null);
  const words = t().shell;
  const copy = async (): Promise<void> => {
    // without TLS a browser gives its clipboard to pages of this machine only: then it is marked, to be copied by hand
    if (isSecureContext) await navigator.clipboard.writeText(text);
    else if (shown.current) getSelection()?.selectAllChildren(shown.current);
    copied.value = isSecureContext;
  };
  return (
    <div class="copy-text">
      <code class="sample grow" ref={shown}>{text}</code>
      <Button icon={copied.value ? 'check' : 'copy'} onClick={() => void copy()}>{copied.value ? words.copied : words.copy}</Button>
    </div>
  );
}
