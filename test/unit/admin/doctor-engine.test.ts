import { expect, it } from 'vitest'
import { findFaults } from '../../../src/admin/doctor.ts'
import { engineChecks } from '../../../src/admin/doctor/checks-engine.ts'
import type { EngineFacts, HostFacts } from '../../../src/admin/doctor/facts.ts'
import { daemon, engine, healthy, holdChecks } from './doctor-host.ts'

const withEngine = (change: Partial<EngineFacts>): Partial<HostFacts> => ({ engine: { is: { ...engine, ...change } } })
const idsOf = (change: Partial<EngineFacts>) => findFaults({ ...healthy, ...withEngine(change) }).map(({ id }) => id)

holdChecks(engineChecks, [
  {
    id: 'engine-copies',
    plant: withEngine({ version: '29.5.0' }),
    says: /29\.5\.0 is older than 29\.5\.1/,
    remedy: /copy nothing/,
  },
  { id: 'remapped', plant: withEngine({ isRemapped: true }), says: /remapped/, remedy: /^nothing/ },
  { id: 'swarm', plant: withEngine({ hasSwarm: true }), says: /swarm/, remedy: 'docker swarm leave --force' },
  { id: 'live-restore', plant: withEngine({ hasLiveRestore: false }), says: /off/, remedy: /live-restore/ },
  { id: 'seccomp', plant: withEngine({ hasSeccomp: false }), says: /no seccomp/, remedy: /seccomp-profile/ },
  {
    id: 'insecure-registries',
    plant: withEngine({ insecureRegistries: ['reg.example:5000'] }),
    says: /reg\.example:5000$/,
    remedy: /certificate/,
  },
  {
    id: 'slurm-cgroups',
    plant: { ...withEngine({ cgroupDriver: 'systemd' }), slurm: { is: '/etc/slurm/slurm.conf' } },
    says: /^\/etc\/slurm\/slurm\.conf/,
    remedy: /cgroupfs/,
  },
  { id: 'engine-clock', plant: withEngine({ ahead: -90_000 }), says: /-90 seconds/, remedy: /set-ntp/ },
  {
    id: 'anonymous-unmapped',
    plant: { policy: { is: { isAnonymous: true, warnings: [] } }, socketHttp2: { is: false } },
    says: /socket: anonymous/,
    remedy: /userns-remap/,
  },
  {
    id: 'remap-not-loaded',
    plant: { daemon: { is: { ...daemon, 'userns-remap': 'default' } } },
    says: /not remapped/,
    remedy: 'systemctl restart docker',
  },
  {
    id: 'runc-holes',
    plant: withEngine({ runtimeVersion: '1.3.2', runtimeBuild: 'v1.3.2-0-gaeabe4e' }),
    says: /runc 1\.3\.2 has CVE-2025-31133, CVE-2025-52565, CVE-2025-52881$/,
    remedy: /^upgrade runc/,
  },
  {
    id: 'runc-holes-distributor',
    plant: withEngine({ runtimeVersion: '1.3.2+ds1', runtimeBuild: '1.3.2+ds1-2' }),
    says: /1\.3\.2\+ds1-2 .* CVE-2025-31133/,
    remedy: /changelog/,
  },
  {
    id: 'hidden-bodies',
    plant: withEngine({ version: '29.3.0' }),
    says: /29\.3\.0 is older than 29\.3\.1/,
    remedy: /^upgrade the engine/,
    beside: ['engine-copies'],
  },
  {
    id: 'runc-groups',
    plant: withEngine({ runtimeVersion: '1.2.8', runtimeBuild: 'v1.2.8-0-geeb7e60' }),
    says: /1\.2\.8 is older than 1\.3/,
    remedy: /^upgrade runc/,
  },
])

it.for([
  { version: '29.3.0', ids: ['hidden-bodies', 'engine-copies'] },
  { version: '29.3.1', ids: ['engine-copies'] },
  { version: '29.5.1', ids: [] },
  { version: '20.10.24+dfsg1', ids: ['hidden-bodies', 'engine-copies'] },
])('engine $version is told what it has: $ids', ({ version, ids }) => {
  expect(idsOf({ version })).toEqual(ids)
})

it.for([
  { version: '1.1.11', ids: ['runc-holes', 'runc-groups'], holes: /CVE-2024-21626/ },
  { version: '1.1.12', ids: ['runc-holes', 'runc-groups'], holes: /has CVE-2025-31133/ },
  { version: '1.2.7', ids: ['runc-holes', 'runc-groups'], holes: /has CVE-2025-31133/ },
  { version: '1.2.8', ids: ['runc-groups'], holes: /older than 1\.3/ },
  { version: '1.3.3', ids: [], holes: /./ },
  { version: '1.4.0-rc.2', ids: ['runc-holes'], holes: /has CVE-2025-31133/ },
  { version: '1.4.0-rc.3', ids: [], holes: /./ },
  { version: '1.4.0', ids: [], holes: /./ },
])('runc $version is told what it has: $ids', ({ version, ids, holes }) => {
  const found = findFaults({ ...healthy, ...withEngine({ runtimeVersion: version, runtimeBuild: `v${version}-0-g0` }) })
  expect(found.map(({ id }) => id)).toEqual(ids)
  for (const { what } of found.slice(0, 1)) expect(what).toMatch(holes)
})
