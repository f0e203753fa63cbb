/**
 * Words of a model or of people as they may leave: without control and format characters (no terminal escapes, no NUL, nothing
 * that turns the direction of reading), without halves of characters, in single blanks, and `most` characters at most.
 */
export function plain(text: string, most: number): string {
  // What is cut off anyway need not be looked at: a character is two units at most, and blanks may fall together.
  const near = text.length > most * 4 ? text.slice(0, most * 4) : text;
  const clean = near.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').replace(/\p{Cs}/gu, '\uFFFD').trim();
  if (clean.length <= most && near.length === text.length) return clean;
  const characters = [...clean];
  return characters.length <= most && near.length === text.length ? clean : `${characters.slice(0, most - 1).join('')}…`;
}

/** The value that a text of JSON stands for; undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
