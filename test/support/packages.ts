/** Debian's packages, unpacked in the checkout and not installed: a machine needs only Node, npm, apt and mount. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

export const checkout = join(import.meta.dirname, '..', '..')

/** An engine, its library dependencies as far as a minimal Debian lacks them, and what a lab is made of. */
export const labPackages: readonly string[] = [
  'docker.io',
  'containerd',
  'runc',
  'tini',
  'libdevmapper1.02.1',
  'libseccomp2',
  'iptables',
  'libip4tc2',
  'libip6tc2',
  'libxtables12',
  'libnetfilter-conntrack3',
  'libnfnetlink0',
  'libnftnl11',
  'libmnl0',
  'busybox-static',
  'libnss-extrausers',
  'docker-registry',
  'patchelf',
  'acl',
  'bindfs',
  'fuse3',
  'libfuse2',
]

/** Unpacks what is not there yet and returns the folder. Costs a few milliseconds when all of it is. */
export const readPackages = (
  names: readonly string[] = labPackages,
  folder = join(checkout, '.lab', 'packages'),
  /** Debian's name of another release than the machine's. */
  release?: string,
): string => {
  const script = join(import.meta.dirname, 'packages.sh')
  const args = [...(release === undefined ? [] : ['--release', release]), folder, ...names]
  const { status } = spawnSync('sh', [script, ...args], { stdio: ['ignore', 'inherit', 'inherit'] })
  const from = release === undefined ? '' : ` of ${release}`
  if (status !== 0) throw new Error(`Debian's packages${from} could not be unpacked: ${names.join(' ')}`)
  return folder
}
