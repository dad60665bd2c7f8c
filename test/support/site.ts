/** A clean Debian as a host of its own, in a lab: what an administrator starts from. An engine's programs are all it has besides. */
import { execFile } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeDebianTar } from './debian.ts'
import { startDaemon } from './daemon.ts'
import { openNamespace, type Namespace } from './namespace.ts'
import { readSudo } from './sudo.ts'
import { until } from './until.ts'

export async function startSite(lab: Namespace): Promise<Namespace> {
  const folder = '/run/lab/site'
  mkdirSync(lab.path(folder))
  await promisify(execFile)('tar', ['-C', lab.path(folder), '-xf', makeDebianTar()])
  const sudo = readSudo()
  for (const [part, place] of [
    ['etc', 'etc'],
    ['lib', 'usr/lib'],
    ['usr', 'usr'],
  ] as const)
    await promisify(execFile)('cp', ['-aT', join(sudo, part), lab.path(`${folder}/${place}`)])
  // Whoever has copied the checkout may have lost it.
  chmodSync(lab.path(`${folder}/usr/bin/sudo`), 0o4755)
  chmodSync(lab.path(`${folder}/etc/sudoers`), 0o440)
  cpSync(join(import.meta.dirname, 'site-init.sh'), lab.path('/run/lab/site-init.sh'))
  const holder = startDaemon(lab, ['unshare', '--mount', 'sh', '/run/lab/site-init.sh', folder], {
    log: '/run/lab/site.log',
  })
  return await until(
    async () => {
      const pid = await holder.pid()
      if (!existsSync(`/proc/${pid}/root/run/ready`)) return undefined
      return openNamespace({ id: lab.id, init: pid, started: '' })
    },
    { what: 'a site', log: holder.tail },
  )
}
