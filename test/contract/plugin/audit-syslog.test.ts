/** The audit log's way to syslog, whatever becomes of the program that speaks to it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, it, onTestFinished } from 'vitest'
import { Failure } from '../../../src/failure.ts'
import { openSyslog } from '../../../src/plugin/audit-syslog.ts'
import { upTo } from '../../support/audit-lines.ts'
import { makeFolder } from '../../support/folder.ts'
import { until } from '../../support/until.ts'

let out: string
let flag: string
beforeEach(() => {
  const folder = makeFolder()
  onTestFinished(() => folder[Symbol.dispose]())
  out = join(folder.path, 'out')
  flag = join(folder.path, 'flag')
})

/** With a program in the place of logger(1). */
function start(...command: readonly [string, ...string[]]) {
  const said: Failure[] = []
  const syslog = openSyslog((error) => void (error instanceof Failure && said.push(error)), command)
  onTestFinished(() => syslog.close())
  const hears = async (what: string) =>
    await until(() => said.find(({ message }) => message.includes(what)), { what, log: () => said.join('\n') })
  return { syslog, said, hears }
}
const script = (text: string) => ['sh', '-c', text, 'sh', out, flag] as const
const taken = () => (existsSync(out) ? readFileSync(out, 'utf8').split('\n').slice(0, -1) : [])
const has = async (count: number) => await until(() => taken().length >= count, { what: `${count} lines` })

describe('syslog', () => {
  it('is given each line', async ({ expect }) => {
    const { syslog, said } = start(...script('exec cat >>"$1"'))
    const lines = upTo(1_000).map((number) => `line ${number}`)
    for (const line of lines) syslog.send(`${line}\n`)
    await has(lines.length)
    expect(taken()).toEqual(lines)
    expect(said).toEqual([])
  })

  it('is given the last lines before it is left', async ({ expect }) => {
    const { syslog } = start(...script('exec cat >>"$1"'))
    syslog.send('last\n')
    syslog.close()
    await has(1)
    expect(taken()).toEqual(['last'])
  })

  it('is given what came while it was away', async ({ expect }) => {
    const { syslog, hears } = start(...script('[ -e "$2" ] || { echo no socket >&2; exit 1; }; exec cat >>"$1"'))
    syslog.send('one\n')
    await hears('sh has ended (no socket), and is started again in 2 s')
    syslog.send('two\n')
    writeFileSync(flag, '')
    await has(2)
    expect(taken()).toEqual(['one', 'two'])
  })

  it('is asked for again when its program was killed', async ({ expect }) => {
    const { syslog, hears } = start(...script('echo $$ >>"$2"; exec cat >>"$1"'))
    syslog.send('one\n')
    await has(1)
    process.kill(Number(readFileSync(flag, 'utf8')), 'SIGKILL')
    await hears('sh has ended (exit status SIGKILL)')
    syslog.send('two\n')
    await has(2)
    expect(taken()).toEqual(['one', 'two'])
  })

  it('that takes nothing loses lines, which are counted, and stops nobody', async ({ expect }) => {
    const { syslog, said, hears } = start(...script('until [ -e "$2" ]; do sleep 0.1; done; exec cat >>"$1"'))
    const line = `${'x'.repeat(999)}\n`
    const sent = 5_000
    for (let number = 0; number < sent; number += 1) syslog.send(line)
    expect(said).toMatchObject([{ message: 'syslog: lines are not taken as fast as they come, and are dropped' }])
    writeFileSync(flag, '')
    await has(1_000)
    syslog.send(line)
    const { hint } = await hears('lines are taken again')
    const lost = Number(/; (\d+) are not in syslog/.exec(hint)?.[1])
    await has(sent + 1 - lost)
    expect(taken()).toHaveLength(sent + 1 - lost)
    expect(said).toHaveLength(2)
  })

  it('without its program is said, and loses nothing but syslog', async ({ expect }) => {
    const { syslog, said, hears } = start('/no/such/program')
    syslog.send('one\n')
    await hears('ENOENT')
    syslog.close()
    expect(said.at(-1)).toMatchObject({ hint: expect.stringContaining('; 1 are not in syslog') })
  })
})
