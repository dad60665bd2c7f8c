import { expect, it } from 'vitest'
import { mergeDaemon } from '../../../src/admin/daemon-json.ts'
import { checks, findFaults, formatFindings, type HostFacts } from '../../../src/admin/doctor.ts'

const wanted = {
  plugin: 'dockerrun',
  runtime: '/opt/d/runtime',
  host: 'tcp://127.0.0.1:2376',
  pki: '/etc/pki',
  group: 'root',
  isRemapped: false,
}
const daemon = mergeDaemon({}, wanted)
const engine = {
  version: '29.4.0',
  runtimeVersion: '1.3.0',
  defaultRuntime: 'dockerrun',
  runtimes: ['dockerrun', 'runc', 'io.containerd.runc.v2'],
  plugins: ['dockerrun'],
  isRemapped: false,
  hasSwarm: false,
  dataRoot: '/var/lib/docker',
}
const now = new Date('2026-11-28T12:00:00Z')
const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000)
const healthy: HostFacts = {
  daemon,
  engineLines: [['/usr/bin/dockerd', '--containerd=/run/containerd/containerd.sock']],
  engine,
  isGateAnswering: true,
  unrecorded: [],
  dockerGroup: [],
  socket: { mode: 0o660, uid: 0, gid: 0 },
  dataRoot: { mode: 0o710, uid: 0, gid: 0 },
  caKey: { mode: 0o600, uid: 0, gid: 0 },
  ends: [{ name: 'ca.pem', notAfter: inDays(3000) }],
  policyProblem: undefined,
  isSocketAnonymous: false,
  auditRoom: 0.5,
  now,
}

it('finds nothing on a host as it should be', () => {
  expect(findFaults(healthy)).toEqual([])
})

const planted: readonly { readonly title: string; readonly change: Partial<HostFacts>; readonly says: RegExp }[] = [
  { title: 'daemon.json', change: { daemon: { why: 'line 2, column 5: not JSON' } }, says: /line 2, column 5/ },
  {
    title: 'gate 1 in daemon.json',
    change: { daemon: { ...daemon, 'authorization-plugins': ['opa'] } },
    says: /root on this host/,
  },
  { title: 'gate 1 in the engine', change: { engine: { ...engine, plugins: [] } }, says: /does not ask dockerrun/ },
  { title: 'gate 1', change: { isGateAnswering: false }, says: /does not answer/ },
  { title: 'other plugins', change: { engine: { ...engine, plugins: ['dockerrun', 'opa'] } }, says: /^opa/ },
  { title: 'gate 2', change: { engine: { ...engine, defaultRuntime: 'runc' } }, says: /another runtime/ },
  { title: 'other runtimes', change: { engine: { ...engine, runtimes: ['dockerrun', 'kata'] } }, says: /^kata/ },
  {
    title: 'TCP without certificates',
    change: { daemon: { ...daemon, tlsverify: false, hosts: ['tcp://0.0.0.0:2375'] } },
    says: /any program of this network/,
  },
  {
    title: 'settings that flags shadow',
    change: { engineLines: [['dockerd', '--default-runtime=runc', '-H', 'unix:///x']] },
    says: /--default-runtime, -H stands/,
  },
  {
    title: 'native gRPC',
    change: { engineLines: [['dockerd', 'fd://']] },
    says: /gRPC/,
  },
  {
    title: 'the group docker',
    change: { dockerGroup: ['alice', 'bob'], socket: { mode: 0o660, uid: 0, gid: 999 } },
    says: /^alice, bob is in the group docker/,
  },
  { title: "the engine's socket", change: { socket: { mode: 0o666, uid: 0, gid: 0 } }, says: /everybody/ },
  { title: 'the policy file', change: { policyProblem: 'line 3: expected' }, says: /line 3/ },
  { title: "the CA's key", change: { caKey: { mode: 0o640, uid: 0, gid: 0 } }, says: /others may read it/ },
  {
    title: 'certificates that have ended',
    change: { ends: [{ name: 'ca.pem', notAfter: inDays(-1) }] },
    says: /^ca\.pem/,
  },
  {
    title: 'certificates that end soon',
    change: { ends: [{ name: 'server/cert.pem', notAfter: inDays(29) }] },
    says: /30 days/,
  },
  { title: 'containers from before', change: { unrecorded: ['a', 'b'] }, says: /^2 containers/ },
  { title: "the engine's folder", change: { dataRoot: { mode: 0o755, uid: 0, gid: 0 } }, says: /layers of everybody/ },
  { title: 'swarm', change: { engine: { ...engine, hasSwarm: true } }, says: /swarm/ },
  {
    title: 'requests whose body the engine hides',
    change: { engine: { ...engine, version: '29.3.0' } },
    says: /engine 29\.3\.0 may show/,
  },
  { title: 'runc', change: { engine: { ...engine, runtimeVersion: '1.1.5+ds1' } }, says: /runc 1\.1\.5/ },
  { title: 'room for the audit log', change: { auditRoom: 0.01 }, says: /nearly full/ },
]

it.for(planted)('finds the planted fault: $title', ({ title, change, says }) => {
  const [finding, ...others] = findFaults({ ...healthy, ...change })
  expect(finding).toMatchObject({
    title,
    what: expect.stringMatching(says) as string,
    remedy: expect.stringMatching(/./) as string,
  })
  expect(others).toEqual([])
})

it('has a planted fault for each check', () => {
  expect(planted.map(({ title }) => title).toSorted()).toEqual(checks.map(({ title }) => title).toSorted())
})

it('takes a TCP host of the command line for secured where daemon.json or the line says so', () => {
  for (const line of [
    ['dockerd', '-H', 'tcp://0.0.0.0:2376', '--tlsverify'],
    ['dockerd', '--host=tcp://0.0.0.0:1', '--tlsverify=true'],
  ])
    expect(
      findFaults({ ...healthy, daemon: { ...daemon, tlsverify: false, hosts: [] }, engineLines: [line] }).map(
        ({ title }) => title,
      ),
    ).toEqual(['settings that flags shadow'])
})

it('shows the worst first, each with what mends it', () => {
  const findings = findFaults({ ...healthy, auditRoom: 0, isGateAnswering: false })
  expect(formatFindings(findings)).toMatch(
    /^critical: gate 1: .*\n {2}systemctl restart dockerrun-authz\nwarning: room .*\n {2}make room/,
  )
})
