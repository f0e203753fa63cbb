import { computed } from '@preact/signals';
import { place } from '../router.ts';

/** The mark whose story is open, as the address has it: `alert:…` or `event:…`. */
export const chosenMark = computed(() => {
  const { query } = place.value;
  const [alert, event] = [query.get('alert'), query.get('event')];
  return alert !== null ? `alert:${alert}` : event !== null ? `event:${event}` : null;
});
