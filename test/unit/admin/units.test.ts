import { describe, it } from 'vitest'
import { buildUnits, type UnitPlaces } from '../../../src/admin/units.ts'
import { parseSettings } from '../../../src/plugin/settings.ts'

const places: UnitPlaces = {
  program: ['/usr/bin/node', '/usr/lib/dockerrun/dist/dockerrun-authz.cjs'],
  socket: '/run/docker/plugins/dockerrun.sock',
  policy: '/etc/dockerrun/policy.yaml',
  state: '/var/lib/dockerrun',
  audit: '/var/log/dockerrun/audit.jsonl',
  runtimeSocket: '/run/dockerrun/runtime.sock',
  engine: 'unix:///var/run/docker.sock',
  engineUnit: 'docker.service',
  isAnonymous: false,
}
const build = (change: Partial<UnitPlaces> = {}): { readonly socket: string; readonly service: string } => {
  const [socket, service] = buildUnits({ ...places, ...change })
  return { socket: socket?.text ?? '', service: service?.text ?? '' }
}
/** What systemd reads: no comments, continued lines joined. */
const settingsOf = (unit: string) =>
  unit
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', '')
    .split('\n')
const valueOf = (unit: string, key: string) =>
  settingsOf(unit)
    .filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1))

describe('the units', () => {
  it.for<{ name: string; change: Partial<UnitPlaces> }>([
    { name: 'as installed', change: {} },
    {
      name: 'moved',
      change: {
        socket: '/run/a/b.sock',
        policy: '/srv/p',
        state: '/srv/s',
        audit: '/srv/a/log',
        engine: 'tcp://127.0.0.1:1',
      },
    },
    { name: 'with one native program', change: { program: ['/usr/sbin/dockerrun-authz'] } },
  ])('start the gate as it wants to be started, $name', ({ change }, { expect }) => {
    const { program, engineUnit: _, ...wanted } = { ...places, ...change }
    const [line = ''] = valueOf(build(change).service, 'ExecStart')
    const words = line.split(/ +/)
    expect(words.slice(0, program.length)).toEqual(program)
    expect(parseSettings(words.slice(program.length))).toEqual({ ...wanted, task: 'serve' })
  })

  it('listen where the gate is told that they do, for root alone', ({ expect }) => {
    const { socket } = build({ socket: '/run/a/b.sock' })
    expect(valueOf(socket, 'ListenStream')).toEqual(['/run/a/b.sock'])
    expect(valueOf(socket, 'SocketMode')).toEqual(['0600'])
  })

  it.for<{ name: string; change: Partial<UnitPlaces>; made: readonly string[]; writable: readonly string[] }>([
    { name: 'the usual ones, which systemd makes', change: {}, made: ['dockerrun', 'dockerrun'], writable: [] },
    {
      name: 'others below the usual places, made too',
      change: { state: '/var/lib/gate-b', audit: '/var/log/gate-b/audit.jsonl' },
      made: ['gate-b', 'gate-b'],
      writable: [],
    },
    {
      name: 'those elsewhere, which must be there',
      change: { state: '/srv/state', audit: '/var/log/site/gate/audit.jsonl' },
      made: [],
      writable: ['/srv/state', '/var/log/site/gate'],
    },
  ])('let it write two folders alone: $name', ({ change, made, writable }, { expect }) => {
    const { service } = build(change)
    expect([...valueOf(service, 'StateDirectory'), ...valueOf(service, 'LogsDirectory')]).toEqual(made)
    expect(valueOf(service, 'ReadWritePaths')).toEqual(writable)
    expect(valueOf(service, 'ProtectSystem')).toEqual(['strict'])
  })

  it('come before the unit of the engine and are wanted by it, and are not tied to its end', ({ expect }) => {
    const { service, socket } = build({ engineUnit: 'engine-b.service' })
    for (const unit of [service, socket]) {
      expect(valueOf(unit, 'Before')).toEqual(['engine-b.service'])
      expect(valueOf(unit, 'WantedBy').join(' ')).toContain('engine-b.service')
      for (const key of ['PartOf', 'BindsTo', 'RequiredBy']) expect(valueOf(unit, key)).toEqual([])
    }
  })

  it.for<{ name: string; change: Partial<UnitPlaces> }>([
    { name: 'a blank', change: { state: '/var/lib/docker run' } },
    { name: 'a second line', change: { policy: '/etc/x\nUser=nobody' } },
    { name: 'a specifier', change: { audit: '/var/log/%H/audit' } },
    { name: 'a variable', change: { socket: '/run/$X.sock' } },
    { name: 'a quote', change: { program: ['/opt/"node"'] } },
    { name: 'a backslash', change: { engineUnit: 'docker\\x2d.service' } },
    { name: 'a relative path', change: { state: 'state' } },
    { name: 'a relative program', change: { program: ['node', '/x.cjs'] } },
    { name: 'nothing', change: { engine: '' } },
  ])('are not made of a word with $name', ({ change }, { expect }) => {
    expect(() => build(change)).toThrow(/cannot stand in a systemd unit/)
  })
})
