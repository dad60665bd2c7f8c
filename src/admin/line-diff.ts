/** Which lines a change takes away and which it brings: ` `, `-` and `+` in front, by the longest common subsequence. Pure. */
export function diffLines(before: string, after: string): readonly string[] {
  const [old, fresh] = [linesOf(before), linesOf(after)]
  // longest[i][j]: how many lines old from i on and fresh from j on have in common.
  const longest = Array.from({ length: old.length + 1 }, () => new Uint32Array(fresh.length + 1))
  const at = (i: number, j: number) => longest[i]?.[j] ?? 0
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = fresh.length - 1; j >= 0; j -= 1) {
      const row = longest[i]
      if (row !== undefined) row[j] = old[i] === fresh[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  const told: string[] = []
  for (let i = 0, j = 0; i < old.length || j < fresh.length;) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      told.push(` ${old[i] ?? ''}`)
      i += 1
      j += 1
    } else if (j < fresh.length && (i >= old.length || at(i, j + 1) > at(i + 1, j))) {
      told.push(`+${fresh[j] ?? ''}`)
      j += 1
    } else {
      told.push(`-${old[i] ?? ''}`)
      i += 1
    }
  }
  return told
}

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))
