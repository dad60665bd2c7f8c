/** Files that decide for root, what dockerrunctl install wrote, and the disk of the audit log. */
import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../../failure.ts'
import { readGroupNames } from '../../host/accounts.ts'
import { findChangeable } from '../../host/changeable.ts'
import { runProgram } from '../../host/processes.ts'
import { shellLine } from '../../host/shell-words.ts'
import { digestOf } from '../installed.ts'
import { checkPolicy } from '../policy-reading.ts'
import type { HostFacts, InstalledFile, OpenPlace, PlaceKind, PolicyFacts } from './facts.ts'
import { listOf, placeOf, readTextIfAny, textOf, toRecord } from './reading.ts'

export function readOpenPlaces(paths: Readonly<Record<PlaceKind, readonly string[]>>): readonly OpenPlace[] {
  const isKind = (kind: string): kind is PlaceKind => kind in paths
  return Object.keys(paths)
    .filter(isKind)
    .flatMap((kind) => {
      const found = paths[kind].flatMap((path) => findChangeable(path))
      return [...new Map(found.map((place) => [place.path, { kind, ...place }])).values()]
    })
}

/** What it says; who could change it is another question. One that is not there is an empty one. */
export async function readPolicyFacts(file: string): Promise<PolicyFacts> {
  if (placeOf(file) === undefined) return { isAnonymous: false, warnings: [] }
  const isOpen = findChangeable(file).length > 0
  try {
    const { policy, warnings } = await checkPolicy(file, { isDraft: isOpen })
    // The first one is that the gate would not take it there.
    return { isAnonymous: policy.socket === 'anonymous', warnings: isOpen ? warnings.slice(1) : warnings }
  } catch (error) {
    // An NSS that does not answer says nothing of the policy.
    if (!(error instanceof Failure)) throw error
    return { broken: error.message }
  }
}

/** Of the folder, or of the one above where it is not there yet. */
export function readDisk(path: string): { readonly path: string; readonly room: number; readonly bytes: number } {
  const folder = existsSync(dirname(path)) ? dirname(path) : dirname(dirname(path))
  const { bavail, blocks, bsize } = statfsSync(folder)
  return { path, room: blocks === 0 ? 1 : bavail / blocks, bytes: bavail * bsize }
}

export type InstalledEntry = { readonly path: string; readonly digest: string }
export type InstallRecord = { readonly entries: readonly InstalledEntry[]; readonly commands: HostFacts['commands'] }

/** Nothing is in it where the host was set up otherwise. What was put into a file of others' is no file of ours. */
export async function readInstallRecord(file: string): Promise<InstallRecord> {
  const record = toRecord(JSON.parse(readTextIfAny(file) ?? '{}'))
  const all = listOf(record['entries']).map(toRecord)
  const wanted = toRecord(record['wanted'])
  const unit = all.flatMap(({ path }) => /^\/etc\/systemd\/system\/([^/]+)\.d\//.exec(textOf(path))?.[1] ?? [])[0]
  return {
    entries: all
      .filter(({ line }) => line === undefined)
      .map(({ path, digest }) => ({ path: textOf(path), digest: textOf(digest) })),
    commands: {
      install: shellLine(['dockerrunctl', 'install', ...optionsOf(wanted, await nameOfGroup(wanted['group']), unit)]),
      restart: shellLine(['systemctl', 'restart', (unit ?? usual.unit).replace(/\.service$/, '')]),
    },
  }
}

/** Those of dockerrunctl install, where they are given nothing else. */
const usual = { host: 'tcp://127.0.0.1:2376', pki: '/etc/dockerrun/pki', group: 'root', unit: 'docker.service' }

/** It is on record by its number, and asked for by its name. */
async function nameOfGroup(group: unknown): Promise<string> {
  const gid = textOf(group)
  return /^[0-9]+$/.test(gid) ? ((await readGroupNames([Number(gid)])).get(Number(gid)) ?? gid) : gid
}

function optionsOf(
  { host, pki, isRemapped }: Readonly<Record<string, unknown>>,
  group: string,
  unit = usual.unit,
): string[] {
  const option = (name: string, value: unknown, other: string) =>
    typeof value === 'string' && value !== '' && value !== other ? [`--${name}`, value] : []
  return [
    ...option('dir', pki, usual.pki),
    ...option('host', host, usual.host),
    ...option('socket-group', group, usual.group),
    ...(isRemapped === true ? ['--userns-remap'] : []),
    ...option('unit', unit, usual.unit),
  ]
}

/** `sites` are those that are the site's to change. */
export const readInstalled = (entries: readonly InstalledEntry[], sites: readonly string[]): readonly InstalledFile[] =>
  entries
    .filter(({ path }) => !sites.includes(path))
    .flatMap((entry): readonly InstalledFile[] => {
      const state = stateOf(entry)
      return state === undefined ? [] : [{ path: entry.path, state }]
    })

function stateOf({ path, digest }: InstalledEntry): InstalledFile['state'] | undefined {
  if (placeOf(path) === undefined) return 'gone'
  return digestOf(readFileSync(path, 'utf8')) === digest ? undefined : 'changed'
}

/** Nothing where there is no sudo, or no rule. */
export async function readSudoRule(file: string): Promise<string | undefined> {
  if (placeOf(file) === undefined) return undefined
  const { status } = await runProgram('visudo', ['-c', '-q', '-f', file])
  return status === undefined || status === 0 ? undefined : `${file} is refused`
}

/** Nothing where there is no systemd. */
export async function readNotEnabled(units: readonly string[]): Promise<readonly string[]> {
  if (!existsSync('/run/systemd/system')) return []
  const states = await Promise.all(
    units.map(async (unit) => ({ unit, ...(await runProgram('systemctl', ['is-enabled', unit])) })),
  )
  return states.flatMap(({ unit, stdout }) =>
    /^(?:enabled|alias|static|generated|indirect)/.test(stdout) ? [] : [unit],
  )
}

/** Where Debian, its older releases, and a node without files of its own have it. */
export const readSlurm = (): HostFacts['slurm'] => ({
  is: [
    '/etc/slurm/slurm.conf',
    '/etc/slurm/cgroup.conf',
    '/etc/slurm-llnl/slurm.conf',
    '/run/slurm/conf/slurm.conf',
  ].find((path) => existsSync(path)),
})
