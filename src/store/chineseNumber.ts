const DIGITS: Record<string, number> = { 零: 0, 〇: 0, 一: 1, 二: 2, 两: 2, 三: 3, 四: 4, 五: 5, 六: 6, 七: 7, 八: 8, 九: 9 };

/** Text with its Chinese numerals (up to 999, or digit by digit as in 二〇二六) written as 12. */
export function arabicNumerals(text: string): string {
  return text.replace(/[零〇一二两三四五六七八九十百]+/gu, numeral);
}

function numeral(word: string): string {
  if (!/[十百]/u.test(word)) return [...word].map((c) => DIGITS[c] ?? '').join('');
  const m = /^(?:(.)?百)?零?(?:(.)?(十))?(.)?$/u.exec(word);
  if (!m) return word;
  const digit = (c: string | undefined, otherwise: number): number => (c === undefined ? otherwise : DIGITS[c] ?? Number.NaN);
  const hundreds = word.includes('百') ? digit(m[1], 1) : 0;
  const tens = m[3] ? digit(m[2], 1) : 0;
  const value = hundreds * 100 + tens * 10 + digit(m[4], 0);
  return Number.isNaN(value) ? word : String(value);
}

/** Written forms of the words for time that are used in Taiwan and Hong Kong, as they are on the mainland. */
const FORMS: Record<string, string> = {
  點: '点', 鐘: '钟', 鍾: '钟', 週: '周', 禮: '礼', 兩: '两', 這: '这', 個: '个', 號: '号', 時: '时', 過: '过', 剛: '刚', 現: '现', 間: '间', 裡: '里',
};

export function mainlandForms(text: string): string {
  return [...text].map((c) => FORMS[c] ?? c).join('');
}
