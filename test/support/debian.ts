/** A small Debian with openssh, as a file system that `docker import` takes. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { checkout, readPackages } from './packages.ts'

/** The path of the tar, which is made once for each checkout, in about half a minute. */
export const makeDebianTar = (): string => {
  readPackages(['debootstrap'])
  const tar = join(checkout, '.lab', 'debian.tar')
  const { status } = spawnSync('sh', [join(import.meta.dirname, 'debian.sh'), tar], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) throw new Error('no image of Debian could be made')
  return tar
}
