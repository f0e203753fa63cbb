import { signal } from '@preact/signals';

export const helpShown = signal(false);

/** Keys of a view, listed under ? while it is shown: a view sets them and takes them away. */
export const viewKeys = signal<readonly { readonly keys: readonly string[]; readonly does: string }[]>([]);
