import { number } from '../i18n/times.ts';

/** 0.5 → 50 % */
export function percent(share: number): string {
  return `${number(share * 100)} %`;
}
