/** Debian's sudo in a lab, for the accounts it has: unpacked, with its own settings. */
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from './lab.ts'
import { checkout, readPackages } from './packages.ts'

/** With what a minimal Debian lacks of its libraries. */
const packages = ['sudo', 'libaudit1', 'libcap-ng0']

/** The folder it is unpacked in. */
export const readSudo = (): string => readPackages(packages, join(checkout, '.lab', 'sudo'))

const folder = '/usr/local/lib/sudo'

export async function addSudo(lab: Lab): Promise<void> {
  const unpacked = readSudo()
  const copy = (from: string, to: string) => cpSync(join(unpacked, from), lab.path(to), { recursive: true })
  copy('usr/libexec/sudo', folder)
  copy('usr/bin/sudo', '/usr/local/bin/sudo')
  copy('usr/sbin/visudo', '/usr/local/sbin/visudo')
  for (const name of ['sudoers', 'pam.d/sudo']) copy(`etc/${name}`, `/etc/${name}`)
  mkdirSync(lab.path('/etc/sudoers.d'), { mode: 0o750, recursive: true })
  chmodSync(lab.path('/etc/sudoers'), 0o440)
  chmodSync(lab.path('/usr/local/bin/sudo'), 0o4755)
  const plugins = ['sudoers_policy', 'sudoers_io'].map((name) => `Plugin ${name} ${folder}/sudoers.so\n`)
  writeFileSync(lab.path('/etc/sudo.conf'), plugins.join(''))
  writeFileSync(lab.path('/etc/ld.so.conf.d/01-sudo.conf'), `${folder}\n`)
  // PAM asks it whether an account has expired.
  const logins = readFileSync(lab.path('/etc/passwd'), 'utf8').split('\n').filter(Boolean)
  const shadow = logins.map((line) => `${line.split(':')[0] ?? ''}:*:20000:0:99999:7:::\n`)
  writeFileSync(lab.path('/etc/shadow'), shadow.join(''), { mode: 0o640 })
  const { status, stderr } = await lab.exec(['ldconfig'])
  if (status !== 0) throw new Error(stderr)
}
