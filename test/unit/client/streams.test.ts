import { describe, expect, it } from 'vitest'
import { demultiplex } from '../../../src/client/demux.ts'
import { usualKeys, watchDetachKeys } from '../../../src/client/detach-keys.ts'
import { readOnlyFile } from '../../../src/client/tar.ts'

const frame = (stream: number, text: string) => {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(Buffer.byteLength(text), 4)
  return Buffer.concat([header, Buffer.from(text)])
}

const whole = Buffer.concat([frame(1, 'one'), frame(2, 'error'), frame(1, ''), frame(1, 'two')])

describe('an attach stream', () => {
  it.for(Array.from({ length: whole.length }, (_, index) => ({ size: index + 1 })))(
    'is the same in chunks of $size',
    ({ size }) => {
      const split = demultiplex()
      const texts = { stdout: '', stderr: '' }
      for (let at = 0; at < whole.length; at += size)
        for (const { stream, data } of split(whole.subarray(at, at + size))) texts[stream] += data.toString()
      expect(texts).toEqual({ stdout: 'onetwo', stderr: 'error' })
    },
  )
})

it("shows the engine's own errors on stderr", () => {
  expect(demultiplex()(frame(3, 'broken')).map(({ stream }) => stream)).toEqual(['stderr'])
})

describe('detach keys', () => {
  it.for([
    { name: 'are seen in one chunk', chunks: ['a\u0010\u0011'], passed: 'a', seen: true },
    { name: 'are seen across chunks', chunks: ['\u0010', '\u0011'], passed: '', seen: true },
    { name: 'are seen behind their own beginning', chunks: ['\u0010\u0010\u0011'], passed: '\u0010', seen: true },
    { name: 'are not seen apart', chunks: ['\u0010a', '\u0011'], passed: '\u0010a\u0011', seen: false },
    { name: 'take along what follows them', chunks: ['\u0010\u0011b', 'c'], passed: '', seen: true },
    { name: 'wait while they have only begun', chunks: ['a\u0010'], passed: 'a', rest: '\u0010', seen: false },
  ])('$name', ({ chunks, passed, rest = '', seen }) => {
    const watch = watchDetachKeys(usualKeys)
    expect(chunks.map((chunk) => watch.pass(Buffer.from(chunk)).toString()).join('')).toBe(passed)
    expect(watch.rest().toString()).toBe(rest)
    expect(watch.seen()).toBe(seen)
  })
})

const entry = (kind: string, body: string) => {
  const header = Buffer.alloc(512)
  header.write('passwd', 0)
  header.write(body.length.toString(8).padStart(11, '0'), 124)
  header.write(kind, 156)
  return Buffer.concat([header, Buffer.from(body), Buffer.alloc((512 - (body.length % 512)) % 512)])
}
const end = Buffer.alloc(1024)

describe('an archive', () => {
  it.for([
    { name: 'gives its regular file', archive: [entry('0', 'root:x\n'), end], text: 'root:x\n' },
    { name: 'gives an empty file', archive: [entry('0', ''), end], text: '' },
    { name: 'gives the file behind pax headers', archive: [entry('x', '9 a=b\n'), entry('0', 'a'), end], text: 'a' },
    { name: 'has nothing where the entry is a link', archive: [entry('2', ''), end], text: undefined },
    {
      name: 'has nothing where the entry is a folder',
      archive: [entry('5', ''), entry('0', 'a'), end],
      text: undefined,
    },
    { name: 'has nothing where it is cut short', archive: [entry('0', 'root:x\n').subarray(0, 515)], text: undefined },
    { name: 'has nothing where it is empty', archive: [end], text: undefined },
  ])('$name', ({ archive, text }) => {
    expect(readOnlyFile(Buffer.concat(archive))?.toString()).toBe(text)
  })
})
