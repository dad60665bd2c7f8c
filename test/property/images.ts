/** Images that mean harm, for the containers of all cases: what is in them is no field of a request. */
import { findDisk, type HostileImage } from '../support/hostile-image.ts'

/** Whose names and numbers are others', whose folders are everybody's, and whose files are devices and set-id programs. */
const power = `
echo 2001:x:42: >>etc/group; echo 3000:x:0: >>etc/group; echo '2001:x:0:0::/:/bin/sh' >>etc/passwd; sed -i s/^root:x:/root::/ etc/passwd
mknod -m 666 evil b ${findDisk()}; chmod 4755 bin/busybox; chmod 6755 sbin/* 2>/dev/null || :
chmod 777 . etc; chmod 666 etc/passwd etc/group
`

/** Where mounts of the cases go, and where they are led: by the way, as one way in the image leads to another. */
export const links: Readonly<Record<string, string>> = {
  '/a': '/etc',
  '/b': '/proc/self',
  '/c': '/new',
  '/data': '/sys/fs/cgroup',
  '/h': '/home/elsewhere',
  '/shown': '/',
  '/srv/x': '/dev/shm',
  '/swapped': '/dev',
  '/target': '/usr/elsewhere',
  '/tmp': '/var/elsewhere',
}

const makeLink = ([from, to]: readonly [string, string]) =>
  `mkdir -p .$(dirname ${from}) ${to.endsWith('/elsewhere') ? `.${to}` : ''}; rm -rf .${from}; ln -s ${to} .${from}`

export const images: readonly HostileImage[] = [
  { name: 'power', script: power, changes: ['VOLUME /volume'] },
  {
    name: 'linked',
    script: `${Object.entries(links).map(makeLink).join('\n')}\nmkdir loose; mv etc/group loose; chmod -R a+rwX loose; ln -s ../loose/group etc/group`,
  },
]

/** Of each twenty cases. Those with links start less often. */
export const imageOf = (index: number): string => {
  const place = index % 20
  return place < 9 ? 'busybox' : place < 16 ? 'power' : 'linked'
}

/** Where a target is in a container of the image. */
export const placeOf = (image: string, target: string): string => {
  const link = Object.keys(links).find((from) => target === from || target.startsWith(`${from}/`))
  if (image !== 'linked' || link === undefined) return target
  return `${links[link]}${target.slice(link.length)}`.replace('//', '/')
}
