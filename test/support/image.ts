/** An image without a registry: Debian's static busybox, as a file system that `docker import` takes. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { checkout, readPackages } from './packages.ts'

/** What the image says about itself. The accounts of labs are not in its passwd. */
export const busyboxChanges = [
  'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'CMD ["sh"]',
] as const

/** The path of the tar, which is made once for each checkout. */
export const makeBusyboxTar = (): string => {
  const tar = join(checkout, '.lab', 'busybox.tar')
  if (existsSync(tar)) return tar
  const work = mkdtempSync(join(checkout, '.lab', 'busybox-'))
  try {
    const root = join(work, 'root')
    fillRoot(root, join(readPackages(), 'bin', 'busybox'))
    const made = join(work, 'tar')
    run('tar', ['--numeric-owner', '--owner=0', '--group=0', '--sort=name', '--mtime=@0', '-C', root, '-cf', made, '.'])
    renameSync(made, tar)
  } finally {
    rmSync(work, { recursive: true })
  }
  return tar
}

const fillRoot = (root: string, busybox: string): void => {
  for (const folder of ['bin', 'dev', 'etc', 'home', 'proc', 'root', 'sys', 'usr/bin', 'tmp', 'var/tmp']) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  copyFileSync(busybox, join(root, 'bin', 'busybox'))
  chmodSync(join(root, 'bin', 'busybox'), 0o755)
  for (const applet of run(busybox, ['--list']).split('\n')) {
    if (applet !== '' && applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet))
  }
  const passwd = ['root:x:0:0:root:/root:/bin/sh', 'nobody:x:65534:65534:nobody:/:/bin/false']
  writeFileSync(join(root, 'etc/passwd'), `${passwd.join('\n')}\n`)
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n')
  // Whatever our umask is.
  run('chmod', ['-R', 'a+rX', root])
  for (const folder of ['tmp', 'var/tmp']) chmodSync(join(root, folder), 0o1777)
}

const run = (file: string, args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${file}: ${stderr}`)
  return stdout
}
