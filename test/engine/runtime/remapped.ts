/** On a remapped engine, where all users share the ids of containers. */
import type { Attack } from '../../support/attack-stage.ts'
import { handsOut } from './words.ts'

/** A descriptor that a container's process sends out is root's to take here, and alice's to use. */
export const remappedAttacks: readonly Attack[] = [
  {
    name: 'R01: as the real root',
    sh: `docker run --rm -u 0:0 --userns=host busybox sh -c 'id -u; cat /proc/self/uid_map'`,
    works: /^0\n +0 +0 +4294967295$/m,
    says: /must be 2001, your own uid/,
  },
  {
    name: 'R01: in the namespace of the host, with new privileges',
    sh: 'docker run --rm -u 2001:2001 --userns=host busybox grep NoNewPrivs: /proc/self/status',
    works: /^NoNewPrivs:\t0$/m,
    says: /must be on: add --security-opt no-new-privileges/,
  },
  ...(
    [
      { name: 'M13c: a disk in the image', image: 'power', folder: '/' },
      { name: 'M13d: a disk in a volume', image: 'volume', folder: '/vol' },
    ] as const
  ).map(({ name, image, folder }) => ({
    name: `${name}, in a folder that is handed to alice's process`,
    sh: handsOut('', folder, image),
    works: /^opened$/m,
    instead: /^denied$/m,
  })),
  {
    name: 'a bind that all remapped containers could write',
    sh: 'docker run --rm -v /srv/hers:/m busybox touch /m/made; stat -c %u /srv/hers/made',
    works: /^1000000$/m,
    says: /bind it readonly/,
    left: '/srv/hers/made',
  },
  {
    name: 'a bind that is readable for all but her',
    sh: 'docker run --rm -v /srv/denied:/m:ro busybox cat /m/secret',
    works: /denied-secret/,
    says: /you cannot open it from a host shell/,
  },
  {
    name: "M05: what is in a folder of bob's",
    sh: 'docker run --rm -v /home/bob/open:/m:ro busybox cat /m/secret',
    works: /bobs-secret/,
    says: /you cannot open it from a host shell/,
  },
  {
    name: '--cap-add',
    sh: 'docker run --rm --cap-add SYS_ADMIN busybox grep CapBnd: /proc/self/status',
    works: /^CapBnd:\t00000000a82425fb$/m,
    says: /no capability is granted/,
  },
  {
    name: "M16: the network of bob's container",
    sh: 'docker run --rm --network container:bobs busybox wget -qO- http://127.0.0.1:8080/secret',
    works: /bobs-secret/,
    says: /only those of your own containers are shared/,
  },
]
