/** The images of the attacks on gate 2, and the lines they have in common. */
import { join } from 'node:path'
import { findDisk, type HostileImage } from '../../support/hostile-image.ts'
import { checkout } from '../../support/packages.ts'

const power = `mknod -m 666 evil b ${findDisk()}; mkdir -p setid a/b; cp bin/busybox setid/; chmod 4755 setid/busybox; sed -i s/^root:x:/root::/ etc/passwd; ln -s /m/made a/b/c`

const pass = `cc -static -Os -o pass ${join(checkout, 'test/fixtures/pass-folder.c')}`

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
  // Memory over /t hides the link: to runc /q/r is /t/vol.
  { name: 'veiled', script: 'mkdir t q s; ln -s /s/deep t/x; ln -s /t/x/../vol q/r' },
  { name: 'wayward', script: 'mkdir -m 777 loose; mkdir a; ln -s ../loose a/way; ln -s ../new loose/out' },
  { name: 'devlink', script: 'ln -s /dev a2' },
  { name: 'power', script: `${power}; ${pass}` },
  { name: 'volume', script: `mkdir vol; ${power}; ${pass}; mv evil vol/evil`, changes: ['VOLUME /vol'] },
  { name: 'workdir', changes: ['WORKDIR /h/made'] },
]

export const runs = (flags: string, command: string, image = 'busybox') =>
  `docker run --rm $ME ${flags} ${image} ${command}`
/** A folder of the image is handed to alice's process on the host, which tries the disk in it. The program was brought by the image. */
export const handsOut = (flags: string, folder: string, image: string) => `mkdir -m 755 ~/way
docker create --name bringer ${flags} ${image} true >&2; docker cp bringer:/pass ~/pass >&2
~/pass take ~/way/socket evil >~/said & taker=$!
until [ -s ~/said ]; do :; done
docker run --rm ${flags} --mount type=bind,src=/home/alice/way,dst=/h,readonly,bind-nonrecursive ${image} /pass give /h/socket ${folder} >&2 || kill $taker
wait $taker || :; cat ~/said`
/** Whether a device can be opened is what counts: the first one here may be empty. */
export const opens = (path: string) => `head -c 1 ${path} >/dev/null && echo opened || echo denied`

export const sleeps = (flags: string, image = 'busybox') =>
  `docker run -d $ME ${flags} --name evil ${image} sleep 1000 >&2; running`
