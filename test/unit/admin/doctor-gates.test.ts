import { gateChecks } from '../../../src/admin/doctor/checks-gates.ts'
import { daemon, engine, healthy, holdChecks, running, twin } from './doctor-host.ts'
import { known } from '../../../src/admin/doctor/facts.ts'

const gates = known(healthy.processes)?.gates ?? []
const withEngines = (...engines: readonly (typeof running)[]) => ({ processes: { is: { engines, gates } } })
const elsewhere = { ...running, pid: 71, settings: '/srv/daemon.json' }

holdChecks(gateChecks, [
  {
    id: 'daemon-json',
    plant: { daemon: { why: '/etc/docker/daemon.json: line 2, column 5: not JSON' } },
    says: /line 2, column 5/,
    remedy: /^mend \/etc\/docker\/daemon\.json/,
  },
  {
    id: 'gate-1-settings',
    plant: { daemon: { is: { ...daemon, 'authorization-plugins': ['opa'] } } },
    says: /does not name dockerrun/,
    remedy: 'dockerrunctl install',
  },
  {
    id: 'gate-1-engine',
    plant: { engine: { is: { ...engine, plugins: [] } } },
    says: /does not ask it/,
    remedy: 'systemctl restart docker',
  },
  {
    id: 'gate-1-engine',
    name: 'an engine whose unit has another name',
    plant: {
      engine: { is: { ...engine, plugins: [] } },
      commands: { install: 'dockerrunctl install', restart: 'systemctl restart engine' },
    },
    says: /does not ask it/,
    remedy: 'systemctl restart engine',
  },
  {
    id: 'gate-1-silent',
    plant: { gate: { is: 'silent' } },
    says: /does not answer/,
    remedy: 'systemctl restart dockerrun-authz',
  },
  {
    id: 'gate-2-settings',
    plant: { daemon: { is: { ...daemon, 'default-runtime': 'runc' } } },
    says: /default-runtime is not dockerrun/,
    remedy: 'dockerrunctl install',
  },
  {
    id: 'gate-2-engine',
    plant: { engine: { is: { ...engine, defaultRuntime: 'runc' } } },
    says: /with runc$/,
    remedy: 'systemctl restart docker',
  },
  {
    id: 'shared-gate',
    plant: withEngines(running, elsewhere),
    says: /^2 engines .* 70, 71/,
    remedy: 'kill 71',
  },
  {
    id: 'two-gates',
    name: 'one socket',
    plant: { processes: { is: { engines: [running], gates: [...gates, { ...twin, state: '/srv' }] } } },
    says: /60, 61/,
    remedy: /^stop all/,
  },
  {
    id: 'two-gates',
    name: 'one state folder',
    plant: { processes: { is: { engines: [running], gates: [...gates, { ...twin, socket: '/srv' }] } } },
    says: /60, 61/,
    remedy: /^stop all/,
  },
  {
    id: 'shadowed-settings',
    plant: withEngines({ ...running, line: ['dockerd', '--default-runtime=runc', '-H', 'unix:///x', '-Hunix:///y'] }),
    says: /: --default-runtime, -H$/,
    remedy: /systemctl edit docker/,
  },
  {
    id: 'other-settings',
    plant: withEngines(elsewhere),
    says: /but \/srv\/daemon\.json$/,
    remedy: /--config-file/,
  },
  {
    id: 'other-plugins',
    plant: { engine: { is: { ...engine, plugins: ['dockerrun', 'opa'] } } },
    says: /: opa$/,
    remedy: /denies no more/,
  },
  {
    id: 'managed-plugins',
    plant: { engine: { is: { ...engine, managedPlugins: ['dockerrun:latest'] } } },
    says: /: dockerrun:latest$/,
    remedy: /^docker plugin disable dockerrun:latest,/,
  },
  {
    id: 'plugin-files',
    plant: { pluginFiles: { is: [{ path: '/etc/docker/plugins/dockerrun.spec', isOurs: true }] } },
    says: /names dockerrun$/,
    remedy: 'rm /etc/docker/plugins/dockerrun.spec',
  },
  {
    id: 'plugin-files',
    name: 'one that cannot be read, with an odd name',
    plant: { pluginFiles: { is: [{ path: "/etc/docker/plugins/it's.spec", isOurs: false }] } },
    says: /cannot be read$/,
    remedy: String.raw`rm '/etc/docker/plugins/it'\''s.spec'`,
  },
  {
    id: 'other-runtimes',
    plant: { engine: { is: { ...engine, runtimes: ['dockerrun', 'kata'] } } },
    says: /: kata$/,
    remedy: /take it out/,
  },
])
