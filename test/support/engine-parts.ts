/** What an engine of a lab is started with, and the first image in it. */
import { readFileSync, readdirSync } from 'node:fs'
import type { ApiAnswer, ApiRequest } from './engine-api.ts'
import { busyboxChanges, makeBusyboxTar } from './image.ts'
import type { Namespace } from './namespace.ts'
import { execProgram } from './program.ts'

export type DaemonPlace = {
  /** The lab's, for the cgroups. */
  readonly id: string
  readonly folder: string
  readonly host: string
  readonly index: number
  readonly plugin: string | undefined
  readonly options: { readonly remapped?: boolean; readonly options?: readonly string[] }
}

/** dockerd's command line. Everything it would share with another engine is named: files, plugin, bridge, addresses, cgroups. */
export const daemonLine = ({ id, folder, host, index, plugin, options }: DaemonPlace): readonly string[] => {
  const settings: Readonly<Record<string, string>> = {
    'config-file': `${folder}/daemon.json`,
    'data-root': `${folder}/data`,
    'exec-root': `${folder}/exec`,
    pidfile: `${folder}/pid`,
    group: 'root',
    tlsverify: 'true',
    tlscacert: `${folder}/ca/ca.pem`,
    tlscert: `${folder}/ca/server/cert.pem`,
    tlskey: `${folder}/ca/server/key.pem`,
    'exec-opt': 'native.cgroupdriver=cgroupfs',
    'cgroup-parent': `/${id}`,
    // Their chains would be shared by all engines of the lab.
    iptables: 'false',
    ip6tables: 'false',
    'ip-masq': 'false',
    bridge: bridgeName(index),
    'default-address-pool': `base=172.${20 + index}.128.0/17,size=24`,
    ...(plugin === undefined ? {} : { 'authorization-plugin': plugin }),
    ...(options.remapped === true ? { 'userns-remap': 'dockremap' } : {}),
  }
  const line = Object.entries(settings).map(([name, value]) => `--${name}=${value}`)
  return ['dockerd', '-H', `unix://${folder}/docker.sock`, '-H', host, ...line, ...(options.options ?? [])]
}

/** Debian's programs are found where they are bound, and iptables (embedded DNS runs it) its extensions. */
export const daemonEnvironment = (lab: Namespace, programs: readonly string[]): Readonly<Record<string, string>> => {
  const engine = '/usr/local/lib/engine/usr'
  const libraries = readdirSync(lab.path(`${engine}/lib`)).find((name) => name.includes('-linux-gnu')) ?? ''
  return {
    PATH: [...programs, '/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':'),
    XTABLES_LIBDIR: `${engine}/lib/${libraries}/xtables`,
  }
}

/** A bridge for each engine: two engines on docker0 would give out the same addresses. */
export const addBridge = async (lab: Namespace, index: number): Promise<void> => {
  const ip = ['/usr/local/lib/engine/bin/busybox', 'ip']
  const bridge = bridgeName(index)
  for (const line of [
    ['link', 'add', bridge, 'type', 'bridge'],
    ['addr', 'add', `172.${20 + index}.0.1/24`, 'dev', bridge],
    ['link', 'set', bridge, 'up'],
  ]) {
    const { status, stderr } = await execProgram(lab, [...ip, ...line])
    if (status !== 0) throw new Error(`ip ${line.join(' ')}: ${stderr}`)
  }
}

type Api = (request: ApiRequest) => Promise<ApiAnswer>

export const importBusybox = async (api: Api): Promise<void> =>
  await importTar(api, { name: 'busybox', tar: readFileSync(makeBusyboxTar()), changes: busyboxChanges })

/** What `docker import` does. `changes` are lines of a Dockerfile. */
export const importTar = async (
  api: Api,
  { name, tar, changes }: { readonly name: string; readonly tar: Buffer; readonly changes: readonly string[] },
): Promise<void> => {
  const query = new URLSearchParams({ fromSrc: '-', repo: name, tag: 'latest' })
  for (const change of changes) query.append('changes', change)
  const answer = await api({
    method: 'POST',
    path: `/images/create?${query.toString()}`,
    headers: { 'Content-Type': 'application/x-tar' },
    body: tar,
  })
  if (answer.status !== 200 || answer.body.includes('"error"'))
    throw new Error(`${name} was not imported: ${answer.body}`)
}

const bridgeName = (index: number): string => `lab${index}`
