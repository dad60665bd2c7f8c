import { describe, expect, it } from 'vitest'
import { splitLine } from '../../../src/cli/explain-command.ts'

describe('the command line that is explained', () => {
  it.for([
    { argv: 'policy explain --as bob -- docker run -- x', own: 'policy explain --as bob', line: 'docker run -- x' },
    { argv: 'policy explain', own: 'policy explain', line: '' },
    { argv: 'cert issue -- explain', own: 'cert issue -- explain', line: '' },
  ])('of "$argv" is "$line"', ({ argv, own, line }) => {
    const split = splitLine(argv.split(' '))
    expect({ own: split.own.join(' '), line: split.line.join(' ') }).toEqual({ own, line })
  })
})
