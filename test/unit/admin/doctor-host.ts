/** A host as it should be, and how a table of faults is held against a group of checks. */
import { describe, expect, it } from 'vitest'
import { mergeDaemon } from '../../../src/admin/daemon-json.ts'
import { findFaults } from '../../../src/admin/doctor.ts'
import type { Check } from '../../../src/admin/doctor/check.ts'
import type {
  ContainerFacts,
  Door,
  EngineFacts,
  EngineProcess,
  HostFacts,
  TcpFacts,
} from '../../../src/admin/doctor/facts.ts'

export const daemon = mergeDaemon(
  {},
  {
    plugin: 'dockerrun',
    runtime: '/opt/d/runtime',
    host: 'tcp://127.0.0.1:2376',
    pki: '/etc/dockerrun/pki',
    group: 'root',
    isRemapped: false,
  },
)
export const now = new Date('2026-11-28T12:00:00Z')
export const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000)

export const engine: EngineFacts = {
  version: '29.6.0',
  runtimeVersion: '1.3.6',
  runtimeBuild: 'v1.3.6-0-g491b69b',
  defaultRuntime: 'dockerrun',
  runtimes: ['dockerrun', 'runc', 'io.containerd.runc.v2'],
  plugins: ['dockerrun'],
  managedPlugins: [],
  isRemapped: false,
  hasSeccomp: true,
  hasSwarm: false,
  hasLiveRestore: true,
  cgroupDriver: 'cgroupfs',
  insecureRegistries: [],
  ahead: 12,
  dataRoot: { path: '/var/lib/docker', mode: 0o710, uid: 0, gid: 0 },
}
export const running: EngineProcess = {
  pid: 70,
  line: ['/usr/bin/dockerd', '--containerd=/run/containerd/containerd.sock'],
  settings: '/etc/docker/daemon.json',
  config: { is: daemon },
}
export const door: Door = {
  path: '/var/run/docker.sock',
  mode: 0o660,
  uid: 0,
  gid: 0,
  hasAcl: false,
  group: 'root',
  members: [],
}
export const answer: TcpFacts = {
  answersPlain: false,
  asksForCertificate: true,
  takesOldTls: false,
  offersHttp2: false,
  fingerprint: 'AA:BB',
}
export const address = 'tcp://127.0.0.1:2376'
export const container: ContainerFacts = {
  id: 'c0ffee'.padEnd(64, '0'),
  name: 'job',
  sources: ['/home/alice'],
  owner: { login: 'alice', uid: 2001 },
  gids: [2001, 3000],
}
const gate = { pid: 60, socket: '/run/docker/plugins/dockerrun.sock', state: '/var/lib/dockerrun' }
export const authority = {
  path: '/etc/dockerrun/pki/ca.pem',
  isAuthority: true,
  names: [],
  notBefore: inDays(-10),
  notAfter: inDays(3000),
  fingerprint: 'CC:DD',
}
export const server = {
  ...authority,
  path: '/etc/dockerrun/pki/server/cert.pem',
  isAuthority: false,
  names: ['node7', '10.1.2.3'],
  fingerprint: answer.fingerprint ?? '',
}

export const healthy: HostFacts = {
  daemon: { is: daemon },
  processes: { is: { engines: [running], gates: [gate] } },
  engine: { is: engine },
  gate: { is: 'well' },
  unrecorded: { is: [] },
  containers: { is: [container] },
  owners: { is: new Map([['alice', { uid: 2001, gids: [2001, 3000] }]]) },
  engineSocket: { is: door },
  rootSockets: { is: [{ ...door, path: '/run/containerd/containerd.sock' }] },
  socketHttp2: { is: true },
  tcp: [{ address, answer: { is: answer } }],
  dockerGroup: { is: [] },
  certificates: { is: [authority, server] },
  authorities: { is: 1 },
  caKey: { is: { path: '/etc/dockerrun/pki/ca-key.pem', mode: 0o600, uid: 0, gid: 0 } },
  revocations: { is: { path: '/etc/dockerrun/pki/revoked.jsonl', brokenLine: undefined } },
  lastIssue: { is: inDays(-1) },
  openPlaces: { is: [] },
  policy: { is: { isAnonymous: false, warnings: [] } },
  audit: { is: { path: '/var/log/dockerrun/audit.jsonl', room: 0.5, bytes: 50e9 } },
  idRanges: {
    is: [{ file: '/etc/subuid', line: 'alice:100000:65536', owner: 'alice', first: 100_000, count: 65_536 }],
  },
  accounts: {
    is: new Map([
      ['root', 0],
      ['alice', 2001],
      ['bob', 2002],
    ]),
  },
  namespacesOff: { is: undefined },
  slurm: { is: undefined },
  nss: { is: { seconds: 0.01, knowsRoot: true } },
  installed: { is: [] },
  sudoRule: { is: undefined },
  notEnabled: { is: [] },
  pluginFiles: { is: [] },
  now,
  daemonPath: '/etc/docker/daemon.json',
  commands: { install: 'dockerrunctl install', restart: 'systemctl restart docker' },
}

export const twin = { ...gate, pid: 61 }

export type Row = {
  readonly id: string
  /** Where a check has more than one row. */
  readonly name?: string
  readonly plant: Partial<HostFacts>
  readonly says: RegExp
  /** What mends it, word for word where it is a command. */
  readonly remedy: string | RegExp
  /** What cannot but be found too. */
  readonly beside?: readonly string[]
}

/** Each row finds its fault and nothing else; each check has a row. */
export function holdChecks(checks: readonly Check[], rows: readonly Row[]): void {
  describe('each of these checks', () => {
    it.for(rows.map((row) => ({ ...row, name: row.name ?? 'its fault' })))(
      '$id finds $name, and no other does',
      ({ id, plant, says, remedy, beside = [] }) => {
        const [finding, ...others] = findFaults({ ...healthy, ...plant })
        expect(finding).toMatchObject({ id, what: expect.stringMatching(says) as string })
        expect(finding?.isCommand).toBe(typeof remedy === 'string')
        expect(finding?.remedy).toEqual(typeof remedy === 'string' ? remedy : (expect.stringMatching(remedy) as string))
        expect(others.map((other) => other.id)).toEqual(beside)
      },
    )
    it('has a row', () => {
      expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(checks.map(({ id }) => id)))
    })
  })
}
