/** A line for sh, of words that may hold anything. */
export const shellLine = (words: readonly string[]): string => words.map(shellWord).join(' ')

const shellWord = (word: string): string =>
  /^[\w@%+:,./=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
