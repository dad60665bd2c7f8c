import { describe, it } from 'vitest'
import { isInFront, makesSignals, typedSignal } from '../../../src/client/typed.ts'

describe('what is typed', () => {
  it.for([
    { name: 'Ctrl-C', typed: 'a\u0003', signal: 'SIGINT' },
    { name: 'Ctrl-\\', typed: '\u001c', signal: 'SIGQUIT' },
    { name: 'words', typed: 'words\r', signal: undefined },
  ])('$name is $signal', ({ typed, signal }, { expect }) => {
    expect(typedSignal(Buffer.from(typed))).toBe(signal)
  })
})

describe('a process', () => {
  it.for([
    { name: 'in front', stat: '77 (sh) S 1 77 77 34816 77 4194560', inFront: true },
    { name: 'behind', stat: '77 (sh) S 1 77 77 34816 80 4194560', inFront: false },
    { name: 'with a name made to mislead', stat: '77 (x) S 1 5 5 0 5 () S 1 77 77 34816 80 0', inFront: false },
    { name: 'gone', stat: '', inFront: false },
  ])('$name: $inFront', ({ stat, inFront }, { expect }) => {
    expect(isInFront(stat)).toBe(inFront)
  })
})

describe('a terminal', () => {
  it.for([
    { name: 'makes signals', settings: 'speed 38400 baud;\nisig icanon -iexten echo', does: true },
    { name: 'hands the bytes on', settings: 'speed 38400 baud;\n-isig -icanon', does: false },
    { name: 'is not there', settings: '', does: false },
  ])('$name', ({ settings, does }, { expect }) => {
    expect(makesSignals(settings)).toBe(does)
  })
})
