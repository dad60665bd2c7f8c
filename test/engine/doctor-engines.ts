/** Faults of engines and gates that run, and of what they are started with, planted for real. */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseDaemon } from '../../src/admin/daemon-json.ts'
import { startDaemon, type Daemon } from '../support/daemon.ts'
import { daemonEnvironment } from '../support/engine-parts.ts'
import type { Namespace } from '../support/namespace.ts'
import { defaultRelease, readProgramFolders } from '../support/releases.ts'
import { until } from '../support/until.ts'
import { pki, settings, type Fault, type Site } from './doctor-site.ts'

const changeSettings = (host: Namespace, change: (daemon: Readonly<Record<string, unknown>>) => object): string => {
  const text = readFileSync(host.path(settings), 'utf8')
  writeFileSync(host.path(settings), JSON.stringify(change(parseDaemon(text, settings))))
  return text
}

/** What runs on, however its settings are changed meanwhile. */
const runWith = async ({ host, engine }: Site, change: Parameters<typeof changeSettings>[1], then = async () => {}) => {
  const text = changeSettings(host, change)
  await engine.stop()
  await engine.start()
  await then()
  writeFileSync(host.path(settings), text)
}

/** Another engine in the lab, with nothing of the first one's. It is a fault itself, and the remedy ends it. */
const startOther = async ({ host, sh }: Site, ...flags: readonly string[]): Promise<void> => {
  const folder = '/run/other'
  await sh(`rm -rf ${folder} && mkdir ${folder} && echo '{}' >${folder}/daemon.json`)
  const own = ['config-file=daemon.json', 'data-root=data', 'exec-root=exec', 'pidfile=pid'].map((each) =>
    each.replace('=', `=${folder}/`),
  )
  const line = [...own, 'bridge=none', 'iptables=false', 'ip6tables=false'].map((each) => `--${each}`)
  const env = daemonEnvironment(host, readProgramFolders(defaultRelease))
  const started = startDaemon(host, ['dockerd', ...line, ...flags], { log: `${folder}/log`, env })
  await until(() => started.tail().includes('API listen on'), { what: 'the other engine', log: started.tail })
}

let twin: Daemon | undefined

export const engineFaults: readonly Fault[] = [
  {
    fault: 'settings that do not name gate 1',
    ids: ['gate-1-settings'],
    plant: async ({ host }) => void changeSettings(host, (daemon) => ({ ...daemon, 'authorization-plugins': [] })),
  },
  {
    fault: 'settings that do not name gate 2',
    ids: ['gate-2-settings'],
    plant: async ({ host }) => void changeSettings(host, (daemon) => ({ ...daemon, 'default-runtime': 'runc' })),
  },
  {
    fault: 'settings without tlsverify',
    ids: ['tcp-settings'],
    plant: async ({ host }) => void changeSettings(host, (daemon) => ({ ...daemon, tlsverify: undefined })),
  },
  {
    fault: 'settings that are no JSON',
    ids: ['daemon-json'],
    plant: `cp ${settings} /run/daemon.json && echo ',' >>${settings}`,
    byHand: `cp /run/daemon.json ${settings}`,
  },
  {
    fault: 'an engine that runs without the gates',
    ids: ['gate-1-engine', 'gate-2-engine'],
    plant: async (site) =>
      await runWith(site, (daemon) => ({ ...daemon, 'authorization-plugins': [], 'default-runtime': 'runc' })),
  },
  {
    fault: 'containers from before the gate',
    ids: ['unrecorded'],
    plant: async (site) => {
      const before = async () => void (await site.sh('docker create --name before --network none busybox true'))
      await runWith(site, (daemon) => ({ ...daemon, 'authorization-plugins': [], 'default-runtime': 'runc' }), before)
      await site.engine.stop()
      await site.engine.start()
    },
  },
  {
    fault: 'a runtime more, and a registry without TLS',
    ids: ['insecure-registries', 'other-runtimes'],
    plant: async (site) =>
      await runWith(site, (daemon) => ({
        ...daemon,
        'insecure-registries': ['10.9.8.7:5000'],
        runtimes: { ...(daemon['runtimes'] as object), other: { path: '/bin/true' } },
      })),
    byHand: async ({ engine }) => {
      await engine.stop()
      await engine.start()
    },
  },
  {
    fault: 'an engine beside it on plain TCP',
    ids: ['tcp-plain'],
    plant: async (site) => await startOther(site, '-H', 'tcp://127.0.0.1:2375'),
  },
  {
    fault: 'an engine beside it that asks for no certificate',
    ids: ['tcp-unverified'],
    plant: async (site) =>
      await startOther(
        site,
        '-H',
        'tcp://127.0.0.1:2377',
        '--tls',
        '--tlsverify=false',
        `--tlscacert=${pki}/ca.pem`,
        `--tlscert=${pki}/server/cert.pem`,
        `--tlskey=${pki}/server/key.pem`,
      ),
  },
  {
    fault: 'an engine beside it with the same gate',
    ids: ['shared-gate'],
    plant: async (site) =>
      await startOther(site, '-H', 'unix:///run/other/docker.sock', '--group=root', '--authorization-plugin=dockerrun'),
  },
  {
    fault: 'a second gate with the same records',
    ids: ['two-gates'],
    plant: async ({ host, sh }) => {
      const line = [
        'dockerrun-authz',
        '--socket',
        '/run/twin.sock',
        '--runtime-socket',
        '/run/twin-runtime.sock',
        '--audit',
        '/run/twin.jsonl',
      ]
      twin = startDaemon(host, line, { log: '/run/twin.log' })
      await until(async () => (await sh('ls /run')).includes('twin.sock'), { what: 'the other gate', log: twin.tail })
    },
    byHand: async () => await twin?.stop(),
  },
  {
    fault: 'a gate that is away',
    ids: ['gate-1-silent', 'unknown'],
    plant: async ({ engine }) => await engine.gate().stop(),
  },
  { fault: 'swarm mode', ids: ['swarm'], plant: 'docker swarm init --advertise-addr 127.0.0.1' },
]
