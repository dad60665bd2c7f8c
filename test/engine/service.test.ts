/** Gate 1 as a service, under a real systemd and in front of a real engine: what it is given, and what becomes of requests. */
import { Agent } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callsOf } from '../support/calls.ts'
import type { Engine } from '../support/engine.ts'
import { gateSocket, gateUnit, startGateService, type GateService } from '../support/gate-service.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { askGateway } from '../support/questions.ts'
import { bind, createBody, wire } from '../support/requests.ts'
import { until } from '../support/until.ts'

const folder = '/etc/systemd/system'
const unitFiles = [`${folder}/dockerrun-authz.service`, `${folder}/dockerrun-authz.socket`]
const units = {
  // Stands in for the engine where only its place in the order matters: it starts only where the gate answers already.
  'docker.service': '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/local/bin/dockerrun-authz --check\n',
  'home-auto.automount': '[Unit]\nDefaultDependencies=no\n[Automount]\nWhere=/home/auto\n',
  'home-auto.mount':
    '[Unit]\nDefaultDependencies=no\n[Mount]\nWhat=tmpfs\nWhere=/home/auto\nType=tmpfs\nOptions=uid=2001,mode=0700\n',
}

let lab: Lab
let gate: GateService
let engine: Engine
beforeAll(async () => {
  lab = await startLab()
  gate = await startGateService(lab, units)
  await gate.systemctl('start', 'docker.service', 'home-auto.automount')
  engine = await lab.engine({ name: 'engine', gate: false, options: ['--authorization-plugin=dockerrun'] })
  await engine.login('alice')
})
afterAll(() => lab.stop())

const { post } = callsOf(() => engine)
const isWell = async () => (await engine.api({ path: '/containers/json' })).status === 200

describe('the units', () => {
  it('are without a fault to systemd', async () => {
    expect(await gate.exec(['systemd-analyze', 'verify', '--man=no', ...unitFiles])).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    })
  })

  it('leave the gate little that could be misused', async () => {
    const line = ['systemd-analyze', 'security', '--no-pager', '--offline=true', '--threshold=29', unitFiles[0] ?? '']
    const { status, stdout } = await gate.exec(line)
    expect(status, stdout).toBe(0)
  })

  it('are shown where nobody says where to write them', async () => {
    const { stdout } = await gate.exec(['dockerrunctl', 'units', '--unit', 'engine-b.service'])
    expect(stdout).toMatch(/^# dockerrun-authz\.socket\n(?:.*\n)+# dockerrun-authz\.service\n/)
    expect(stdout.match(/^Before=engine-b\.service$/gm)).toHaveLength(2)
  })

  it.for([
    { name: 'a program that others could replace', place: '/usr/local/lib/dockerrun/dist', out: folder },
    { name: 'a folder that others may write', place: '/srv', out: '/srv' },
  ])('are not made for $name', async ({ place, out }) => {
    await lab.exec(['chmod', '777', place])
    const made = await gate.exec(['dockerrunctl', 'units', '--out', out])
    await lab.exec(['chmod', '755', place])
    expect(made).toMatchObject({ status: 125, stderr: expect.stringContaining(`${place}: others can change`) })
  })

  it('start the gate before the engine, which it waits for', async () => {
    expect(await gate.show('docker.service', 'ActiveState')).toBe('active')
    expect(await gate.show(gateUnit, 'ActiveState')).toBe('active')
    expect(Number(await gate.show(gateUnit, 'ActiveEnterTimestampMonotonic'))).toBeLessThan(
      Number(await gate.show('docker.service', 'InactiveExitTimestampMonotonic')),
    )
  })

  it('leave the gate running when the engine starts again, and the engine when the gate does', async () => {
    const pid = await gate.pid()
    const started = () => gate.show('docker.service', 'ActiveEnterTimestampMonotonic')
    await gate.systemctl('restart', 'docker.service')
    expect(await gate.pid()).toBe(pid)
    const before = await started()
    await gate.systemctl('restart', gateUnit)
    expect(await gate.pid()).not.toBe(pid)
    expect(await started()).toBe(before)
  })
})

describe('the process of the gate', () => {
  it('has two capabilities, a filter for system calls and no way to more', async () => {
    expect(await gate.status('CapEff')).toBe('00000000000000c0')
    expect(await gate.status('CapBnd')).toBe('00000000000000c0')
    expect(await gate.status('NoNewPrivs')).toBe('1')
    expect(await gate.status('Seccomp')).toBe('2')
  })

  it('can write its two folders and no other', async () => {
    const pid = await gate.pid()
    const places = ['/var/lib/dockerrun', '/var/log/dockerrun']
    const others = [
      '/',
      '/dev',
      '/dev/shm',
      '/etc',
      '/home',
      '/home/alice',
      '/root',
      '/run',
      '/tmp',
      '/usr',
      '/var',
      '/var/lib',
    ]
    const script = 'for place; do touch "$place/.probe" && echo "$place"; rm -f "$place/.probe"; done'
    const line = ['nsenter', '--target', pid, '--mount', 'sh', '-c', script, 'sh', ...places, ...others]
    expect((await gate.exec(line)).stdout.split('\n').filter(Boolean)).toEqual(places)
  })

  it('keeps the socket to itself: its children do not have it', async () => {
    const pid = await gate.pid()
    const script =
      'readlink /proc/$1/fd/3; for child in $(cat /proc/$1/task/*/children); do ls -l /proc/$child/fd; done'
    const { stdout } = await gate.exec(['sh', '-c', script, 'sh', pid])
    const [socket = '', ...children] = stdout.split('\n')
    expect(socket).toMatch(/^socket:\[[0-9]+\]$/)
    expect(children.length).toBeGreaterThan(3)
    expect(children.join('\n')).not.toContain(socket)
  })
})

describe('a bind source is seen as its user sees it', () => {
  beforeAll(async () => {
    // A mount that comes after the gate, as an NFS home does.
    const script = [
      'mkdir /home/alice/late /tmp/alices /home/alice/covered',
      'chown alice /home/alice/late /tmp/alices /home/alice/covered',
      'mount -t tmpfs -o uid=2001,mode=700 late /home/alice/late',
      'mkdir /home/alice/late/inside; chown alice /home/alice/late/inside',
      'mount -t tmpfs -o mode=700 covered /home/alice/covered',
    ]
    expect(await lab.exec(['sh', '-ec', script.join('\n')])).toMatchObject({ status: 0 })
  })

  it.for([
    { name: 'in a home', source: '/home/alice', status: 201 },
    { name: 'in the real /tmp', source: '/tmp/alices', status: 201 },
    { name: 'mounted since the gate started', source: '/home/alice/late', status: 201 },
    { name: 'in what was mounted since', source: '/home/alice/late/inside', status: 201 },
    { name: 'mounted by its own look (autofs)', source: '/home/auto', status: 201 },
    { name: 'covered since by what the user may not enter', source: '/home/alice/covered/x', status: 403 },
    { name: 'of another', source: '/home/bob', status: 403 },
    { name: 'of root', source: '/root', status: 403 },
  ])('$name', async ({ source, status }) => {
    const { HostConfig, ...config } = createBody()
    const body = { ...config, HostConfig: { ...HostConfig, Mounts: [bind({ Source: source, Target: '/x' })] } }
    expect(await post('/v1.41/containers/create', body)).toMatchObject({ status })
  })
})

describe('the gate goes on', () => {
  it('when the engine behind it ends and starts, three times', async () => {
    const pid = await gate.pid()
    for (let round = 1; round <= 3; round += 1) {
      await engine.stop()
      await engine.start()
      expect(await isWell()).toBe(true)
      expect(await engine.apiAs('alice', { path: '/containers/json' })).toMatchObject({ status: 200 })
    }
    expect(await gate.pid()).toBe(pid)
  })

  it('when it is told to read its policy again', async () => {
    const pid = await gate.pid()
    await gate.systemctl('reload', gateUnit)
    await gate.signal('HUP')
    expect(await isWell()).toBe(true)
    expect(await gate.pid()).toBe(pid)
  })

  it('after it was killed, though nobody asks it', async () => {
    const pid = await gate.pid()
    await gate.signal('KILL')
    await gate.isReplaced(pid)
  })

  it.for(['KILL', 'TERM'] as const)('after SIG%s, and what was asked meanwhile waits for it', async (signal) => {
    const pid = await gate.pid()
    await gate.signal(signal)
    // What was sent to the one that ended is sent again, empty, and denied (T16).
    expect([200, 403]).toContain((await engine.api({ path: '/containers/json' })).status)
    await gate.isReplaced(pid)
    expect(await isWell()).toBe(true)
  })
})

describe('an end', () => {
  const dockerd = async (signal: 'STOP' | 'CONT') =>
    await lab.exec(['sh', '-c', `kill -${signal} $(cat /run/lab/engines/engine/pid)`])
  /** A request whose answer needs one of the engine's. */
  const agent = new Agent({ keepAlive: true })
  const ask = async (question: ReturnType<typeof wire>) =>
    await askGateway(lab.path(gateSocket), { path: '/AuthZPlugin.AuthZReq', wire: question }, agent)

  it('waits for the answers that are owed', async () => {
    const pid = await gate.pid()
    await dockerd('STOP')
    const owed = ask(wire('GET /containers/nosuch/logs?stdout=1'))
    // The gate reads connections in their order: with the second one's answer here, it has the first.
    expect(await ask(wire('GET /_ping'))).toEqual({ Allow: true })
    await gate.systemctl('stop', '--no-block', gateUnit)
    await until(async () => (await gate.show(gateUnit, 'ActiveState')) === 'deactivating', {
      what: 'the end of the gate',
    })
    await dockerd('CONT')
    expect(await owed).toMatchObject({ Allow: false, Msg: expect.stringContaining('container') })
    await gate.systemctl('start', gateUnit)
    expect(await gate.pid()).not.toBe(pid)
    expect(await isWell()).toBe(true)
  })

  it('does not wait for ever, nor until it is killed', async () => {
    await dockerd('STOP')
    const owed = ask(wire('GET /containers/nosuch/logs?stdout=1')).catch(() => 'lost')
    expect(await ask(wire('GET /_ping'))).toEqual({ Allow: true })
    await gate.systemctl('stop', gateUnit)
    expect(await gate.show(gateUnit, 'Result')).toBe('success')
    expect(await owed).toBe('lost')
    await dockerd('CONT')
    await gate.systemctl('start', gateUnit)
    expect(await isWell()).toBe(true)
  })
})

describe('silence ends in a restart', () => {
  beforeAll(async () => {
    await gate.configure('WatchdogSec=2')
    await gate.systemctl('restart', gateUnit)
  })
  afterAll(async () => {
    await gate.configure()
    await gate.systemctl('restart', gateUnit)
  })

  it('and not while it answers', async () => {
    const pid = await gate.pid()
    const pings = async () => Number(await gate.show(gateUnit, 'WatchdogTimestampMonotonic'))
    const first = await pings()
    await until(async () => (await pings()) > first + 2_500_000, { what: 'pings for longer than the manager waits' })
    expect(await gate.pid()).toBe(pid)
  })

  it('of a gate that hangs; what it was asked meanwhile is answered by the next one', async () => {
    const pid = await gate.pid()
    await gate.signal('STOP')
    const answer = engine.api({ path: '/containers/json' })
    await gate.isReplaced(pid)
    expect([200, 403]).toContain((await answer).status)
    expect(await isWell()).toBe(true)
  })

  it('of a gate whom nobody can reach, until its socket is mended', async () => {
    await lab.exec(['rm', gateSocket])
    await until(() => gate.log().includes('no longer at'), { what: 'the refusal of a socket that is gone' })
    await gate.systemctl('restart', 'dockerrun-authz.socket')
    await until(isWell, { what: 'a gate that answers' })
  })
})
