/** The images of the attacks on gate 2, and the lines they have in common. */
import { findDisk, type HostileImage } from '../../support/hostile-image.ts'

const power = `mknod -m 666 evil b ${findDisk()}; mkdir -p setid a/b; cp bin/busybox setid/; chmod 4755 setid/busybox; sed -i s/^root:x:/root::/ etc/passwd; ln -s /m/made a/b/c`

export const images: readonly HostileImage[] = [
  { name: 'group', script: 'echo 2001:x:42: >>etc/group' },
  // Their own process may put another group file there.
  { name: 'loose', script: 'chmod 777 etc; chmod 666 etc/group' },
  {
    name: 'moved',
    script:
      'mkdir base loose; mv etc/group base; ln -s ../base loose/way; ln -s ../loose/way/group etc/group; chmod 777 loose',
  },
  {
    name: 'linked',
    script: 'mkdir loose; mv etc/group loose/group; ln -s ../loose/group etc/group; chmod -R a+rwX loose',
  },
  { name: 'wayward', script: 'mkdir -m 777 loose; mkdir a; ln -s ../loose a/way' },
  { name: 'devlink', script: 'ln -s /dev a2' },
  { name: 'power', script: power },
  { name: 'volume', script: `mkdir vol; ${power}; mv evil vol/evil`, changes: ['VOLUME /vol'] },
  { name: 'workdir', changes: ['WORKDIR /h/made'] },
]

export const runs = (flags: string, command: string, image = 'busybox') =>
  `docker run --rm $ME ${flags} ${image} ${command}`
/** Whether a device can be opened is what counts: the first one here may be empty. */
export const opens = (path: string) => `head -c 1 ${path} >/dev/null && echo opened || echo denied`

export const sleeps = (flags: string, image = 'busybox') =>
  `docker run -d $ME ${flags} --name evil ${image} sleep 1000 >&2; running`
