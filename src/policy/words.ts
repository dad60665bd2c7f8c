/** Words of a file as they may stand in a message, and the known word that one of them was meant to be. */

const longest = 60

/** With nothing in it that drives a terminal or breaks a line. */
export const harmless = (text: string): string => text.replaceAll(/[\p{C}\u2028\u2029]/gu, '?')

/** In quotes, and cut where it is long. */
export const quote = (text: string): string =>
  `"${harmless(text.length > longest ? `${text.slice(0, longest)}...` : text)}"`

/** Control characters would drive a terminal; what has no width would make one name look like another. */
const unseen = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u

export const isVisible = (text: string): boolean => text.isWellFormed() && !unseen.test(text)

/** The end of a message about a word that is none of these. Nothing where none is near. */
export function didYouMean(word: string, words: readonly string[]): string {
  const typed = word.slice(0, longest).toLowerCase()
  const [best] = words
    .map((each) => ({ each, far: distance(typed, each.toLowerCase()) }))
    .toSorted((one, other) => one.far - other.far)
  return best !== undefined && best.far <= Math.max(1, typed.length / 3) ? `: did you mean ${best.each}?` : ''
}

/** How many letters have to be put in, left out or replaced (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let index = 0; index < one.length; index += 1) {
    const next = [index + 1]
    for (let at = 0; at < other.length; at += 1) {
      const kept = (row[at] ?? 0) + (one[index] === other[at] ? 0 : 1)
      next.push(Math.min(kept, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
