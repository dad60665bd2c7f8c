import { describe, it } from 'vitest'
import { isListener } from '../../../src/plugin/listen.ts'

const path = '/run/docker/plugins/dockerrun.sock'
const head = 'Num       RefCount Protocol Flags    Type St Inode Path'
const row = (flags: string, type: string, inode: number, at: string) =>
  `0000000000000000: 00000002 00000000 ${flags} ${type} 01 ${String(inode).padStart(5)}${at === '' ? '' : ` ${at}`}`
const ours = row('00010000', '0001', 77, path)

describe('what the kernel lists', () => {
  it.for<{ name: string; lines: readonly string[]; link?: string; at?: string; is: boolean }>([
    { name: 'a stream that listens there is one', lines: [ours], is: true },
    {
      name: 'among others',
      lines: [row('00000000', '0001', 7, ''), ours, row('00010000', '0001', 78, '/x')],
      is: true,
    },
    {
      name: 'with blanks in its path',
      lines: [row('00010000', '0001', 77, '/run/a b.sock')],
      at: '/run/a b.sock',
      is: true,
    },
    { name: 'that does not listen', lines: [row('00000000', '0001', 77, path)], is: false },
    { name: 'a datagram socket', lines: [row('00010000', '0002', 77, path)], is: false },
    { name: 'a packet socket', lines: [row('00010000', '0005', 77, path)], is: false },
    { name: 'another socket there', lines: [row('00010000', '0001', 78, path)], is: false },
    { name: 'elsewhere', lines: [row('00010000', '0001', 77, '/run/other.sock')], is: false },
    { name: 'below the same name in the abstract', lines: [row('00010000', '0001', 77, `@${path}`)], is: false },
    { name: 'without a name', lines: [row('00010000', '0001', 77, '')], at: '', is: false },
    { name: 'a descriptor that is no socket', lines: [ours], link: '/dev/null', is: false },
    { name: 'a descriptor that is not there', lines: [ours], link: '', is: false },
    {
      name: 'where a user forged a line before it, with a newline in a path',
      lines: [row('00010000', '0001', 5, '/tmp/x'), row('00000000', '0002', 77, '/tmp/y'), ours],
      is: true,
    },
  ])('$name', ({ lines, link = 'socket:[77]', at = path, is }, { expect }) => {
    expect(isListener([head, ...lines, ''].join('\n'), link, at)).toBe(is)
  })
})
