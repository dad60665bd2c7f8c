import { describe, expect, it } from 'vitest'
import { drawProgress, type PullEvent, type Size } from '../../../src/client/progress.ts'

const wide = { rows: 24, columns: 100 }

const layer = (id: string, status: string, current?: number, total?: number, units?: string): PullEvent => ({
  id,
  status,
  detail: { isWithin: current !== undefined, current, total, units },
})
const words = (status: string, id?: string): PullEvent => ({ id, status, detail: undefined })

/** The lines of a terminal that was shown all of it; a line too long for it is two. */
const screenOf = (events: readonly PullEvent[], size: Size): readonly string[] => {
  const draw = drawProgress()
  const lines: string[] = ['']
  let [row, column] = [0, 0]
  const top = () => Math.max(0, lines.length - size.rows)
  const put = (character: string) => {
    if (column === size.columns) [row, column] = [row + 1, 0]
    lines[row] =
      `${(lines[row] ?? '').slice(0, column).padEnd(column)}${character}${(lines[row] ?? '').slice(column + 1)}`
    column += 1
  }
  const moves: Readonly<Record<string, (count: number) => void>> = {
    A: (count) => (row = Math.max(top(), row - count)),
    B: (count) => (row = Math.min(lines.length - 1, row + count)),
    K: () => (lines[row] = ''),
  }
  for (const event of events)
    for (const [part, count, move = ''] of draw(event, size).matchAll(/\u001b\[(\d+)([ABK])|[^]/g)) {
      if (move !== '') moves[move]?.(Number(count))
      else if (part === '\r') column = 0
      else if (part === '\n') {
        ;[row, column] = [row + 1, 0]
        lines[row] ??= ''
      } else put(part)
    }
  return lines.slice(0, -1)
}

describe('on the screen', () => {
  it('each layer moves on in its own line', () => {
    const events = [
      words('Pulling from site/tools', '1'),
      layer('aaa', 'Pulling fs layer'),
      layer('bbb', 'Pulling fs layer'),
      layer('aaa', 'Downloading', 1_000_000, 2_000_000),
      layer('bbb', 'Downloading', 2_000_000, 2_000_000),
      layer('bbb', 'Pull complete'),
    ]
    expect(screenOf(events, wide)).toEqual([
      '1: Pulling from site/tools',
      'aaa: Downloading [=========================>                         ]      1MB/2MB',
      'bbb: Pull complete',
    ])
  })

  it('what is no layer’s goes below, and what was above stays as it is', () => {
    const events = [layer('aaa', 'Pull complete'), words('Digest: sha256:0'), layer('aaa', 'Already exists')]
    expect(screenOf(events, wide)).toEqual(['aaa: Pull complete', 'Digest: sha256:0', 'aaa: Already exists'])
  })

  it('a line that has left it is not touched, and none in its place', () => {
    const ids = ['aaa', 'bbb', 'ccc', 'ddd']
    const events = [
      ...ids.map((id) => layer(id, 'Waiting')),
      ...ids.toReversed().map((id) => layer(id, 'Pull complete')),
    ]
    expect(screenOf(events, { rows: 3, columns: 80 })).toEqual([
      'aaa: Waiting',
      'bbb: Waiting',
      'ccc: Pull complete',
      'ddd: Pull complete',
    ])
  })

  it.for([20, 30, 40, 46, 60, 80])('no line is wider than %i columns', (columns) => {
    const events = [
      layer('0123456789ab', 'Pulling fs layer'),
      layer('0123456789ab', 'Downloading', 1_234_567, 23_456_789),
      words('Status: Downloaded newer image for registry.example.org/of/a/very/long/name:1'),
      layer('0123456789cd', 'Downloading', 1_234_567, 23_456_789),
    ]
    const lines = screenOf(events, { rows: 24, columns })
    expect(lines).toHaveLength(3)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns)
  })
})

describe('a layer', () => {
  it.for([
    { name: 'has a bar', detail: [1, 4], text: `x: y [${'='.repeat(12)}>${' '.repeat(38)}]       1B/4B` },
    { name: 'that is all there', detail: [4, 4], text: `x: y [${'='.repeat(50)}>]       4B/4B` },
    { name: 'that is longer than was said has no end', detail: [5, 4], text: `x: y [${'='.repeat(50)}>]       5B` },
    { name: 'of unknown length has no bar', detail: [1_234_567, undefined], text: 'x: y  1.235MB' },
    { name: 'that has not begun has neither', detail: [undefined, undefined], text: 'x: y' },
    { name: 'that is unpacked for seconds tells them', detail: [3, undefined, 's'], text: 'x: y 3 s' },
    { name: 'of gigabytes', detail: [1_000_000_000, undefined], text: 'x: y      1GB' },
  ] as const)('$name', ({ detail: [current, total, units], text }) => {
    expect(screenOf([layer('x', 'y', current, total, units)], wide)).toEqual([text])
  })
})

it('control characters of an engine stay off the terminal', () => {
  expect(screenOf([layer('x\u001b[2J', 'y\u0007', 1, undefined), words('\u009bz')], wide)).toEqual([
    'x?[2J: y?       1B',
    '?z',
  ])
})
