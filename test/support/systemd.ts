/** A real systemd in a lab, as process 1 of namespaces and a cgroup of its own. It knows only the units it is given. */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from './lab.ts'
import { childrenOf, openNamespace } from './namespace.ts'
import { checkout, readPackages } from './packages.ts'
import { execProgram, programPid, type Outcome, type Running } from './program.ts'
import { until } from './until.ts'

export type Systemd = {
  readonly exec: (argv: readonly string[]) => Promise<Outcome>
  /** Throws where systemctl fails. */
  readonly systemctl: (...args: readonly string[]) => Promise<void>
  /** A property of a unit, as `systemctl show` says it. */
  readonly show: (unit: string, property: string) => Promise<string>
}

/** systemd with its library dependencies, as far as a minimal Debian lacks them. */
const packages = [
  'systemd',
  'libsystemd-shared',
  'libsystemd0',
  'libkmod2',
  'libapparmor1',
  'libip4tc2',
  'libcap2',
  'libssl3',
]
/** What services are ordered by, without what it would bring. */
const targets = ['sysinit', 'basic', 'shutdown', 'umount', 'sockets', 'nss-user-lookup', 'multi-user']

/** `units` are those of the distribution: file name and text. /etc/systemd/system is empty. */
export async function startSystemd(lab: Lab, units: Readonly<Record<string, string>> = {}): Promise<Systemd> {
  const folder = lab.path('/run/lab/systemd')
  const unpacked = readPackages(packages, join(checkout, '.lab', 'systemd'))
  for (const part of ['bin', 'lib', 'usr/bin', 'usr/lib']) {
    mkdirSync(join(folder, part), { recursive: true })
    if (existsSync(join(unpacked, part)))
      cpSync(join(unpacked, part), join(folder, part), { recursive: true, verbatimSymlinks: true })
  }
  mkdirSync(join(folder, 'units'))
  for (const name of targets) writeFileSync(join(folder, 'units', `${name}.target`), '[Unit]\nDefaultDependencies=no\n')
  for (const [name, text] of Object.entries(units)) writeFileSync(join(folder, 'units', name), text)

  cpSync(join(import.meta.dirname, 'systemd-init.sh'), join(folder, 'init.sh'))
  const first = lab.spawn(['sh', '/run/lab/systemd/init.sh', lab.record.id])
  const init = await findInit(first)
  const inside = openNamespace({ id: lab.record.id, init, started: '' })
  const exec = async (argv: readonly string[]) => await execProgram(inside, argv)
  const isUp = async () => (await exec(['systemctl', 'is-active', 'multi-user.target'])).stdout === 'active\n'
  await until(isUp, { what: 'systemd' })
  return {
    exec,
    systemctl: async (...args) => {
      const { status, stderr } = await exec(['systemctl', ...args])
      if (status !== 0) throw new Error(`systemctl ${args.join(' ')}: ${stderr}`)
    },
    show: async (unit, property) =>
      (await exec(['systemctl', 'show', '--value', '--property', property, unit])).stdout.trim(),
  }
}

/** The child of unshare, when it has become systemd. */
async function findInit(first: Running): Promise<number> {
  return await until(
    async () => {
      const [pid] = childrenOf(await programPid(first.child))
      return pid !== undefined && readFileSync(`/proc/${pid}/comm`, 'utf8') === 'systemd\n' ? pid : undefined
    },
    { what: 'systemd' },
  )
}
