import { describe, it } from 'vitest'
import { parseRevocations, parseSerial } from '../../../src/contract/revocation.ts'

describe('a serial', () => {
  it.for([
    { text: '01AB', serial: '1AB' },
    { text: '01ab', serial: '1AB' },
    { text: '00:01:aB', serial: '1AB' },
    { text: '1AB', serial: '1AB' },
    { text: '0', serial: '0' },
    { text: '00', serial: '0' },
    { text: '-05', serial: '-5' },
    { text: '10', serial: '10' },
  ])('$text is compared as $serial', ({ text, serial }, { expect }) => {
    expect(parseSerial(text)).toBe(serial)
  })

  it.for(['', '0x1ab', '1ag', ':1', '1:', '1::2', '1 2', ' 1', '1\n', '--1', '١'])('is not %j', (text, { expect }) => {
    expect(parseSerial(text)).toBeUndefined()
  })
})

describe('the list of revoked certificates', () => {
  it.for([
    { name: 'is empty when its file is', text: '', serials: [] },
    { name: 'may have empty lines', text: '\n\r\n{"serial":"01"}\n\n', serials: ['1'] },
    { name: 'counts its last line, ended or not', text: '{"serial":"01"}\n{"serial":"02"}', serials: ['1', '2'] },
    { name: 'may say more than a serial', text: '{"time":"x","serial":"0A","later":{}}\n', serials: ['A'] },
    { name: 'may name one twice, in two spellings', text: '{"serial":"00:0a"}\n{"serial":"A"}\n', serials: ['A'] },
  ])('$name', ({ text, serials }, { expect }) => {
    expect(parseRevocations(text)).toEqual(new Set(serials))
  })

  it.for([
    { name: 'a line torn at the end', text: '{"serial":"01"}\n{"serial":"0', line: 2 },
    { name: 'a line torn in the middle', text: '{"ser{"serial":"02"}\n{"serial":"03"}\n', line: 1 },
    { name: 'what a crash left as zeros', text: '{"serial":"01"}\n\0\0\0\0', line: 2 },
    { name: 'a line without a serial', text: '\n{"login":"alice"}\n', line: 2 },
    { name: 'a serial that is a number', text: '{"serial":12}\n', line: 1 },
    { name: 'a serial that is no number', text: '{"serial":"alice"}\n', line: 1 },
    { name: 'a bare serial', text: '01AB\n', line: 1 },
    { name: 'null', text: 'null\n', line: 1 },
    { name: 'a list', text: '["01"]\n', line: 1 },
  ])('is not known at all with $name', ({ text, line }, { expect }) => {
    expect(parseRevocations(text)).toEqual({ why: `line ${line} names no serial` })
  })
})
