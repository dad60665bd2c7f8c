/** The audit log of a gate at work: it is put away while requests go on, its disk fills, it is read, and syslog has it too. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logFiles } from '../support/audit-lines.ts'
import { callsOf } from '../support/calls.ts'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { createBody } from '../support/requests.ts'
import { until } from '../support/until.ts'

let lab: Lab
beforeAll(async () => {
  lab = await startLab()
})
afterAll(() => lab.stop())

const run = async (...argv: readonly string[]) => {
  const outcome = await lab.exec(argv)
  if (outcome.status !== 0) throw new Error(`${argv.join(' ')}: ${outcome.stderr}`)
  return outcome.stdout
}
const read = (engine: Engine, ...options: readonly string[]) =>
  lab.exec(['dockerrunctl', 'audit', '--file', fileOf(engine), ...options])
const fileOf = ({ name }: Engine) => `/run/lab/engines/${name}/gate/audit.jsonl`
const idsIn = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { readonly id: string }).id)

describe('a gate that puts its log away while requests go on', () => {
  it('loses no line, and neither does who follows it', async () => {
    const engine = await lab.engine({ name: 'busy', loadImage: false, policy: 'audit: {size: 4k, keep: 10000}\n' })
    await engine.login('alice')
    const follower = lab.spawn([
      'dockerrunctl',
      'audit',
      '--file',
      fileOf(engine),
      '--since',
      '1h',
      '--follow',
      '--json',
    ])
    await until(() => follower.output() !== '', { what: 'the first line' })
    const count = 200
    const ask = async (number: number) => await engine.api({ path: `/containers/number-${number}/json` })
    for (let from = 0; from < count; from += 20)
      await Promise.all(Array.from({ length: 20 }, (_, index) => ask(from + index)))
    const lines = logFiles(lab.path(fileOf(engine)))
      .map((path) => readFileSync(path, 'utf8'))
      .join('')
    const asked = lines.match(/"object":"number-\d+"/g) ?? []
    expect(new Set(asked).size).toBe(count)
    expect(logFiles(lab.path(fileOf(engine))).length).toBeGreaterThan(10)
    expect(new Set(idsIn(lines)).size).toBe(idsIn(lines).length)
    await until(() => follower.output().length >= lines.length, { what: 'the last line' })
    expect(idsIn(follower.output())).toEqual(idsIn(lines))
    expect((await read(engine, '--json')).stdout).toBe(lines)
    await follower.signal('SIGTERM')
  })
})

describe('a log that another program puts away', () => {
  it('is begun anew on SIGHUP, and the old file is let go', async () => {
    const engine = await lab.engine({ name: 'outside', loadImage: false })
    const ask = async (number: number) => await engine.api({ path: `/containers/number-${number}/json` })
    await ask(1)
    renameSync(lab.path(fileOf(engine)), lab.path(`${fileOf(engine)}.1`))
    await engine.gate.signal('SIGHUP')
    await until(() => existsSync(lab.path(fileOf(engine))), { what: 'the new file' })
    await ask(2)
    expect((await read(engine, '--container', 'number-1')).stdout.split('\n')).toHaveLength(2)
    expect(engine.gate.audit()).toMatchObject([{ object: 'number-2' }])
    const open = await run('sh', '-c', 'ls -l /proc/[0-9]*/fd 2>/dev/null || :')
    expect(open).toContain(fileOf(engine))
    expect(open).not.toContain(`${fileOf(engine)}.1`)
  })
})

describe('a log whose disk is full', () => {
  it('is put away all the same, and is written by itself again when there is room', async () => {
    const folder = '/run/lab/small'
    await run('mkdir', '-p', folder)
    // Two inodes: for the folder and for one file, so that no second one can be begun.
    await run('mount', '-t', 'tmpfs', '-o', 'size=24k,nr_inodes=2,mode=700', 'lab', folder)
    const audit = `${folder}/audit.jsonl`
    const engine = await lab.engine({ name: 'full', audit, policy: 'audit: {size: 4k, keep: 3}\n' })
    await engine.login('alice')
    const { make, order } = callsOf(() => engine)
    const ping = async () => (await engine.apiAs('alice', { path: '/info' })).status
    const id = await make()
    expect(await order(`/containers/${id}/start`)).toMatchObject({ status: 204 })

    // It goes on in the file that is put away, as long as the disk lets it.
    while ((await ping()) === 200) expect(logFiles(lab.path(audit)).length).toBe(1)
    expect(engine.gate.log()).toContain('no new file is begun: ENOSPC')
    expect(engine.gate.log()).toMatch(/cannot be written: (the line was cut short|ENOSPC)/)
    expect(await engine.api({ path: '/info' })).toMatchObject({ status: 200 })
    expect(await order(`/containers/${id}/stop?t=0`)).toMatchObject({ status: 204 })
    expect(await engine.apiAs('alice', { method: 'DELETE', path: `/containers/${id}` })).toMatchObject({ status: 204 })

    await run('mount', '-o', 'remount,size=1m,nr_inodes=100', folder)
    expect(await ping()).toBe(200)
    const [old, ...others] = logFiles(lab.path(audit))
    expect(others).toHaveLength(1)
    // What the full disk cut off is a line of its own, and no other is lost with it.
    const lines = readFileSync(old ?? '', 'utf8')
      .split('\n')
      .filter(Boolean)
    expect(lines.filter((line) => !line.endsWith('}')).length).toBeLessThanOrEqual(1)
    expect(lines.filter((line) => line.includes('ContainerStart') && line.includes('"user":"alice"'))).toHaveLength(1)
  })
})

describe('a log whose disk fails', () => {
  it('takes what is written for lost until the disk is well again', async () => {
    // A device that takes everything and can put nothing on disk.
    const audit = '/run/lab/failing/audit.jsonl'
    await run('sh', '-c', `mkdir -m 700 /run/lab/failing && mknod -m 600 ${audit} c 1 3`)
    const engine = await lab.engine({ name: 'failing', loadImage: false, audit, policy: 'audit: {sync: 1s}\n' })
    await engine.login('alice')
    const ping = async () => (await engine.apiAs('alice', { path: '/info' })).status
    await until(async () => (await ping()) === 403, { what: 'the failure' })
    expect(engine.gate.log()).toContain('cannot be written: EINVAL')
    expect(await engine.api({ path: '/info' })).toMatchObject({ status: 200 })
    await run('rm', audit)
    expect(await ping()).toBe(200)
    expect(engine.gate.audit()).toMatchObject([{ user: 'alice', operation: 'SystemInfo' }])
  })
})

describe('dockerrunctl audit', () => {
  it('shows who was denied what, and when, and why', async () => {
    const engine = await lab.engine({ name: 'read' })
    await Promise.all(['alice', 'bob'].map(engine.login))
    const { make, post, clear } = callsOf(() => engine)
    const id = await make()
    await post('/containers/create?name=mine', { ...createBody(), Privileged: true })
    await engine.apiAs('bob', { path: `/containers/${id}/json` })
    await engine.apiAs('bob', { path: '/_ping' })
    const shown = async (...options: readonly string[]) =>
      (await read(engine, ...options)).stdout.split('\n').slice(0, -1)

    expect(await shown('--user', 'bob')).toEqual([
      expect.stringMatching(new RegExp(`  deny   bob         ContainerInspect   ${id.slice(0, 12)}  \\S`)),
      expect.stringMatching(/ {2}allow {2}bob {9}SystemPing/),
    ])
    expect(await shown('--denied', '--container', id.slice(0, 12), '--since', '1h')).toHaveLength(1)
    expect(await shown('--denied', '--until', '1h')).toEqual([])
    expect(await shown('--user', 'alice', '--container', 'mine')).toEqual([expect.stringContaining('Privileged')])
    expect(await shown('--summary')).toContainEqual(expect.stringMatching(/^ +1 +1 {2}bob$/))
    expect(JSON.parse((await shown('--summary', '--json', '--user', 'bob')).join(''))).toMatchObject({
      allowed: 1,
      denied: 1,
      denials: [{ count: 1, operation: 'ContainerInspect' }],
    })
    await clear()
  })

  it('does not show a terminal what a line would make it do, and says which lines are none', async () => {
    const file = '/run/lab/odd.jsonl'
    const line = {
      time: new Date().toISOString(),
      user: '\u001b]0;x\u0007',
      operation: 'Unknown',
      uri: '/\u202e\n',
      verdict: 'deny',
    }
    writeFileSync(lab.path(file), `${JSON.stringify(line)}\nnonsense\u001b[2J\n`)
    for (const options of [[], ['--json'], ['--summary']]) {
      const { status, stdout, stderr } = await lab.exec(['dockerrunctl', 'audit', '--file', file, ...options])
      expect(status).toBe(0)
      expect(stdout).toContain('\\u001b]0;x\\u0007')
      expect(`${stdout}${stderr}`.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
      expect(stderr).toBe('dockerrunctl: odd.jsonl: a line left out: damaged\n')
    }
  })

  it('ends when its reader does', async () => {
    const file = '/run/lab/long.jsonl'
    const line = JSON.stringify({
      time: new Date().toISOString(),
      user: 'alice',
      operation: 'SystemPing',
      verdict: 'allow',
    })
    writeFileSync(lab.path(file), `${line}\n`.repeat(50_000))
    const outcome = await lab.exec(['sh', '-c', `dockerrunctl audit --file ${file} --since 1h --follow | head -n 1`])
    expect(outcome).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('SystemPing') })
  })

  it.for([
    { options: ['--since', 'soon'], says: '--since soon: that is no time' },
    { options: ['--denied', '--allowed'], says: 'leave nothing' },
    { options: ['--follow', '--summary'], says: '--follow has no end' },
    { options: ['--file', '/none/x'], says: 'no audit log is there' },
  ])('refuses $options with a hint', async ({ options, says }) => {
    const outcome = await lab.exec(['dockerrunctl', 'audit', ...options])
    expect(outcome).toMatchObject({ status: 125, stdout: '', stderr: expect.stringContaining(says) })
    expect(outcome.stderr).toMatch(/\ndockerrunctl: hint: .+\n$/)
  })

  it("is root's", async () => {
    const outcome = await lab.exec(['dockerrunctl', 'audit', '--file', '/root/audit.jsonl'], { as: 'alice' })
    expect(outcome).toMatchObject({ status: 125, stderr: expect.stringContaining("hint: the audit log is root's") })
  })
})

describe('syslog', () => {
  const log = '/run/lab/syslog'
  const startSyslog = () => lab.spawn(['/usr/local/lib/engine/bin/busybox', 'syslogd', '-n', '-O', log])
  const isLogged = (what: string) => async () => (await lab.exec(['cat', log])).stdout.includes(what)

  it('has the lines too where policy says so, and those that came while it was away a moment', async () => {
    // Its socket is /dev/log, and /dev the machine's: the lab gets one of its own.
    await run('sh', '-c', 'mkdir /run/lab/dev; mount --rbind /dev /run/lab/dev; mount -t tmpfs lab /dev')
    await run(
      'sh',
      '-c',
      'cd /run/lab/dev; for d in null zero full random urandom tty; do : >/dev/$d; mount --bind $d /dev/$d; done',
    )
    await run('sh', '-c', 'for d in pts shm mqueue; do mkdir /dev/$d; mount --rbind /run/lab/dev/$d /dev/$d; done')
    const engine = await lab.engine({ name: 'syslog', loadImage: false, policy: 'audit: {syslog: true}\n' })
    await engine.login('alice')
    const ask = async (name: string) => await engine.apiAs('alice', { path: `/containers/${name}/logs?stdout=1` })
    expect(await ask('first')).toMatchObject({ status: 403 })
    await until(() => engine.gate.log().includes('syslog: logger has ended'), {
      what: 'the word of a syslog that is away',
    })

    const syslog = startSyslog()
    await until(isLogged('"object":"first"'), { what: 'what waited for it' })
    expect((await lab.exec(['cat', log])).stdout).toMatch(
      / authpriv\.info dockerrun-authz: \{"time":.*"object":"first"/,
    )
    await syslog.signal('SIGTERM')
    await syslog.done
    expect(await ask('second')).toMatchObject({ status: 403 })
    expect(engine.gate.audit().filter(({ user, object }) => user === 'alice' && object === 'second')).toHaveLength(1)
    const again = startSyslog()
    await until(async () => (await ask('third')).status === 403 && (await isLogged('"object":"third"')()), {
      what: 'what comes later',
    })

    // A policy that says so no more ends with it.
    const loggers = async () => (await lab.exec(['sh', '-c', 'grep -l logger /proc/[0-9]*/comm'])).stdout
    await until(async () => (await loggers()) !== '', { what: 'a logger' })
    writeFileSync(lab.path('/run/lab/engines/syslog/gate/policy.yaml'), 'audit: {syslog: false}\n')
    await until(async () => (await ask('fourth')).status === 403 && (await loggers()) === '', {
      what: 'the end of the logger',
    })
    await again.signal('SIGTERM')
  })
})
