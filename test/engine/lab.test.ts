/** The lab itself: two at once, real accounts and engines, and nothing left of it even after kill -9. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startLab } from '../support/lab.ts'
import { until } from '../support/until.ts'

const ungated = { gate: false } as const

describe('a lab', () => {
  it('runs containers beside another lab that knows nothing of it', async () => {
    await using one = await startLab()
    await using other = await startLab()
    one.account({ login: 'carol', uid: 2003, gid: 2003 })
    const engines = await Promise.all([one, other].map((lab) => lab.engine({ name: 'plain', ...ungated })))
    for (const [at, lab] of [one, other].entries()) {
      const line = ['docker', 'run', '--name', 'same', 'busybox', 'sh', '-c', 'echo hello; exit 7']
      const env = await engines[at]?.login('alice')
      expect(await lab.exec(line, { as: 'alice', env: { ...env } })).toEqual({
        status: 7,
        stdout: 'hello\n',
        stderr: '',
      })
      expect((await engines[at]?.containers())?.flatMap((each) => each.Names)).toEqual(['/same'])
    }
    expect((await one.exec(['id', '-un', 'carol'])).stdout).toBe('carol\n')
    expect((await other.exec(['id', '-un', 'carol'])).status).toBe(1)
    expect(existsSync('/home/carol')).toBe(false)
  })

  it('has a plain engine and a remapped one side by side', async () => {
    await using lab = await startLab()
    const plain = await lab.engine({ name: 'plain', ...ungated })
    const remapped = await lab.engine({ name: 'remapped', remapped: true, ...ungated })
    const firstHostId = async (engine: typeof plain) => {
      const line = ['docker', 'run', '--rm', 'busybox', 'awk', '{ print $2 }', '/proc/self/uid_map']
      return lab.exec(line, { as: 'bob', env: await engine.login('bob') })
    }
    expect(await firstHostId(plain)).toEqual({ status: 0, stdout: '0\n', stderr: '' })
    expect(await firstHostId(remapped)).toEqual({ status: 0, stdout: '1000000\n', stderr: '' })
  })

  it("shows its engines nothing of the machine's AppArmor, into which they would load their profile", async () => {
    await using lab = await startLab()
    const shown = await lab.exec(['stat', '--file-system', '--format', '%T', '/sys/kernel/security'])
    expect(shown.stdout).toBe(existsSync('/sys/kernel/security') ? 'tmpfs\n' : '')
    expect((await lab.exec(['ls', '-A', '/sys/kernel/security'])).stdout).toBe('')
  })

  it('has engines that refuse the certificates of each other', async () => {
    await using lab = await startLab()
    const unloaded = { ...ungated, loadImage: false } as const
    const own = await lab.engine({ name: 'own', ...unloaded })
    const foreign = await lab.engine({ name: 'foreign', ...unloaded })
    const mixed = { ...(await own.login('alice')), DOCKER_CERT_PATH: (await foreign.login('alice')).DOCKER_CERT_PATH }
    expect((await lab.exec(['docker', 'ps', '-q'], { as: 'alice', env: own.env('alice') })).status).toBe(0)
    const { status, stderr } = await lab.exec(['docker', 'ps', '-q'], { as: 'alice', env: mixed })
    expect(status).toBe(1)
    expect(stderr).toMatch(/certificate/)
  })
})

describe('a gate', () => {
  it('stands in front of its engine, records, and can be killed and started again', async () => {
    await using lab = await startLab()
    const engine = await lab.engine({ name: 'gated' })
    await engine.login('alice')
    expect(await engine.apiAs('alice', { path: '/_ping' })).toEqual({ status: 200, body: 'OK' })
    const privileged = JSON.stringify({ Image: 'busybox', HostConfig: { Privileged: true } })
    const headers = { 'Content-Type': 'application/json' }
    const create = { method: 'POST', path: '/v1.41/containers/create', body: privileged, headers }
    expect((await engine.apiAs('alice', create)).status).toBe(403)
    expect(await engine.containers()).toEqual([])
    const before = engine.gate.audit().length
    expect(before).toBeGreaterThan(0)
    await engine.gate.stop('SIGKILL')
    await engine.gate.start()
    expect((await engine.apiAs('alice', create)).status).toBe(403)
    expect(engine.gate.audit().length).toBeGreaterThan(before)
  })
})

describe('an account', () => {
  it.for([
    { login: 'dora', nssOnly: false },
    { login: 'erin', nssOnly: true },
    { login: 'frank@dom.ain', nssOnly: true },
    { login: 'DOM\\grace', nssOnly: true },
  ])('$login has its own uid, groups, home and environment (NSS only: $nssOnly)', async ({ login, nssOnly }) => {
    await using lab = await startLab()
    lab.account({ login, uid: 4001, gid: 4002, group: 'staffers', groups: [{ name: 'beam9', gid: 4009 }], nssOnly })
    const id = await lab.exec(['id'], { as: login })
    expect(id).toEqual({
      status: 0,
      stderr: '',
      stdout: `uid=4001(${login}) gid=4002(staffers) groups=4002(staffers),4009(beam9)\n`,
    })
    const shell = await lab.exec(['sh', '-c', 'pwd; echo "$USER"; stat -c "%a %u %g" .; env | wc -l'], { as: login })
    expect(shell.stdout).toBe(`/home/${login}\n${login}\n700 4001 4002\n6\n`)
    expect(readFileSync(lab.path('/etc/passwd'), 'utf8').includes(':4001:')).toBe(!nssOnly)
    expect((await lab.exec(['getent', 'passwd', '4001'])).stdout.startsWith(`${login}:x:4001:4002:`)).toBe(true)
    expect((await lab.exec(['ls', '/home/alice'], { as: login })).status).toBe(2)
    expect((await lab.exec(['ls', '/root'], { as: login })).status).toBe(2)
  })
})

describe('a program in a lab', () => {
  it('gets its input, its signals and a terminal', async () => {
    await using lab = await startLab()
    expect((await lab.exec(['cat'], { as: 'alice', input: 'to and fro' })).stdout).toBe('to and fro')
    expect((await lab.exec(['sh', '-c', 'kill -9 $$'], { as: 'alice' })).status).toBe(137)
    expect((await lab.exec(['nosuch'], { as: 'alice' })).status).toBe(127)
    const trapped = lab.spawn(['sh', '-c', 'trap "echo got it; exit 5" TERM; echo ready; while :; do sleep 0.05; done'])
    await until(() => trapped.output() === 'ready\n', { what: 'the trap' })
    await trapped.signal('SIGTERM')
    expect(await trapped.done).toEqual({ status: 5, stdout: 'ready\ngot it\n', stderr: '' })

    const terminal = lab.terminal(['sh'], { as: 'bob', env: { PS1: '> ' } })
    await terminal.shows('> ')
    terminal.type("stty size; echo it''s; cat\r")
    await terminal.shows(/24 80\r\nits\r\n/)
    terminal.type('\x03')
    await terminal.shows('^C')
    terminal.type('exit 4\r')
    expect((await terminal.done).status).toBe(4)
  })

  it('runs on the Node of whoever started the tests, with the package installed', async () => {
    await using lab = await startLab()
    const real = process.env['npm_node_execpath'] ?? process.execPath
    const asked = await lab.exec(['node', '--print', 'process.version'], { as: 'alice' })
    expect(asked.stdout).toBe(execFileSync(real, ['--version'], { encoding: 'utf8' }))
    for (const name of readdirSync(join(import.meta.dirname, '../../bin')).filter((each) =>
      each.startsWith('docker'),
    )) {
      const { status, stdout } = await lab.exec(['readlink', '-e', `/usr/local/bin/${name}`], { as: 'alice' })
      expect({ status, stdout }).toEqual({ status: 0, stdout: `/usr/local/lib/dockerrun/bin/${name}\n` })
    }
  })
})

describe('the end of a lab', () => {
  it.for([
    { inside: 'an engine', more: '' },
    // nsenter, which has to bury the program, is stopped with it.
    { inside: 'a stopped program', more: "await (await lab.spawn(['sleep', '1000'])).signal('SIGSTOP')" },
  ])('leaves no process, mount or cgroup of $inside when its runner is killed with -9', async ({ more }) => {
    const before = hostMounts()
    const runner = `
      import { startLab } from '${join(import.meta.dirname, '../support/lab.ts')}'
      const lab = await startLab()
      const engine = await lab.engine({ name: 'plain', gate: false })
      await lab.exec(['docker', 'run', '-d', 'busybox', 'sleep', '1000'], { as: 'alice', env: await engine.login('alice') })
      ${more}
      console.log(lab.record.id)
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', runner], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const readId = () => {
      if (child.exitCode !== null) throw new Error('the runner ended')
      return /^(\S+)\n/.exec(said)?.[1]
    }
    const id = await until(readId, { what: 'a lab' })
    // It can fail: while the runner lives there is something to find.
    expect(traces(id)).toEqual({ processes: true, cgroups: true })
    expect(hostMounts()).toEqual(before)
    child.kill('SIGKILL')
    const nothing = { processes: false, cgroups: false }
    await until(() => JSON.stringify(traces(id)) === JSON.stringify(nothing), {
      what: 'nothing left',
      log: () => JSON.stringify(traces(id)),
    })
    expect(hostMounts()).toEqual(before)
  })

  it('comes when it is asked for, although a program in it is stopped', async () => {
    const lab = await startLab()
    const program = lab.spawn(['sleep', '1000'])
    await program.signal('SIGSTOP')
    const state = () => /^State:\s(\w)/m.exec(readFileSync(`/proc/${program.child.pid}/status`, 'utf8'))?.[1]
    // nsenter stops itself too, and then does not bury the program.
    await until(() => state() === 'T', { what: 'the stop of nsenter' })
    await lab.stop()
    expect(traces(lab.record.id)).toEqual({ processes: false, cgroups: false })
    expect((await program.done).status).toBe(137)
  })

  it('fails with the log of what did not start', async () => {
    await using lab = await startLab()
    const started = lab.engine({ name: 'broken', ...ungated, options: ['--no-such-option'] })
    await expect(started).rejects.toThrow(/no-such-option/)
  })
})

/** The mounts of this process, where nothing of a lab's may show. */
const hostMounts = () => readFileSync('/proc/self/mountinfo', 'utf8')

/** What a lab shows on the machine: processes in its cgroups or with its id, and cgroup folders. */
const traces = (id: string) => {
  const read = (path: string) => {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return ''
    }
  }
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const groups = ['', ...readdirSync('/sys/fs/cgroup')].map((name) => join('/sys/fs/cgroup', name, id))
  return {
    processes: processes.some(
      (pid) => read(`/proc/${pid}/cmdline`).includes(id) || read(`/proc/${pid}/cgroup`).includes(id),
    ),
    cgroups: groups.some((group) => existsSync(group)),
  }
}
