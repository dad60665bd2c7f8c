/** Patterns of path parts: `*` stands for anything within one part, `**` for any number of parts, none included. */

export const matchesParts = (pattern: readonly string[], parts: readonly string[]): boolean =>
  matchesAll(pattern, parts, '**', matchesPart)

const matchesPart = (pattern: string, part: string): boolean =>
  matchesAll(pattern.split(''), part.split(''), '*', (one, other) => one === other)

/**
 * Takes up from the last star alone where it fails: what an earlier star could take, the last one can too. So the work grows
 * with the product of both lengths and no faster, whatever a user sends.
 */
function matchesAll(
  pattern: readonly string[],
  items: readonly string[],
  star: string,
  matches: (one: string, other: string) => boolean,
): boolean {
  let [at, seen] = [0, 0]
  let last: { readonly at: number; seen: number } | undefined
  while (seen < items.length) {
    const wanted = pattern[at]
    if (wanted === star) {
      last = { at, seen }
      at += 1
    } else if (wanted !== undefined && matches(wanted, items[seen] ?? '')) {
      at += 1
      seen += 1
    } else if (last !== undefined) {
      last.seen += 1
      at = last.at + 1
      seen = last.seen
    } else return false
  }
  return pattern.slice(at).every((each) => each === star)
}
