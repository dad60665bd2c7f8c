/** Groups that are not alice's: what the image's or her own group file would make of numbers (invariant 1). */
import type { Attack } from '../../support/attack-stage.ts'
import { runs, sleeps } from './words.ts'

/** Another group file, as far as the container lets its process put one there; then a process more, and once more from the start. */
const putsGroups = (image: string, change: string): string => `${sleeps('', image)}
docker exec evil sh -c 'echo 2001:x:42: >/tmp/group; ${change}' >&2 || :
docker exec evil id -G
docker restart -t 0 evil >&2; running; grep Groups: /proc/$p/status
docker exec evil id -G
docker stop -t 0 evil >&2; docker start evil >&2; running; grep Groups: /proc/$p/status`

/** runc before 1.3 looks numbers up by name. */
const oldRunc = ['own', 'trixie'] as const
const hasGroup42 = /\b42\b/
const ownGroups = /^2001\n.*2001 *\n2001\n.*2001 *\n$/

export const groups: readonly Attack[] = [
  {
    name: "M03: the own gid, which the image's group file makes another",
    worksOn: oldRunc,
    sh: runs('--group-add 2001', 'id -G', 'group'),
    works: hasGroup42,
    says: /42 is no group of yours/,
  },
  {
    name: 'M03: a foreign gid',
    sh: runs('--group-add 42', 'id -G'),
    works: hasGroup42,
    says: /42 is no group of yours/,
  },
  {
    name: "M03: a name of the image's",
    sh: runs('--group-add nogroup', 'id -G'),
    works: /65534/,
    says: /65534 is no group of yours/,
  },
  {
    name: 'M03b: the own gid, at exec, after a change of the group file',
    worksOn: oldRunc,
    sh: `${sleeps('--group-add 2001', 'loose')}; docker exec evil sh -c 'echo 2001:x:42: >/etc/group' >&2 || :; docker exec evil id -G`,
    works: hasGroup42,
    instead: /^2001\n$/,
  },
  {
    name: "M04b: a line of the image's for the own gid",
    worksOn: oldRunc,
    sh: runs('', 'id -G', 'group'),
    works: hasGroup42,
    instead: /^2001\n$/,
  },
  {
    name: 'M04c: a group file that is written anew',
    worksOn: oldRunc,
    sh: putsGroups('loose', 'cat /tmp/group >/etc/group'),
    works: hasGroup42,
    instead: ownGroups,
  },
  {
    name: 'M04c: a group file that is replaced',
    worksOn: oldRunc,
    sh: putsGroups('loose', 'mv /tmp/group /etc/group'),
    works: hasGroup42,
    instead: ownGroups,
  },
  {
    name: 'M04c: a link on the way to the group file that is replaced',
    worksOn: oldRunc,
    sh: putsGroups('moved', 'mkdir /loose/new; cp /tmp/group /loose/new; rm /loose/way; ln -s new /loose/way'),
    works: hasGroup42,
    instead: ownGroups,
  },
  {
    name: 'M04c: a file that /etc/group is a link to',
    worksOn: oldRunc,
    sh: putsGroups('linked', 'cat /tmp/group >/loose/group; mv /tmp/group /loose/group'),
    works: hasGroup42,
    instead: ownGroups,
  },
  {
    name: 'M04c: at an automatic restart',
    worksOn: oldRunc,
    sh: `docker run -d $ME --restart on-failure:1 --name evil loose sh -c 'id -G; echo 2001:x:42: >/etc/group; exit 1' >&2
until [ "$(docker inspect -f '{{.RestartCount}} {{.State.Status}}' evil)" = '1 exited' ]; do :; done
docker logs evil`,
    works: hasGroup42,
    instead: /^2001\n2001\n$/,
  },
  {
    name: 'M04d: an own file over /etc/group',
    worksOn: oldRunc,
    sh: `echo 2001:x:42: >~/group; ${runs('-v /home/alice/group:/etc/group', 'id -G')}`,
    works: hasGroup42,
    instead: /^2001\n$/,
  },
  {
    name: 'M04d: an own folder over /etc',
    worksOn: oldRunc,
    sh: `mkdir ~/etc; echo 2001:x:42: >~/etc/group; ${runs('-v /home/alice/etc:/etc', 'id -G')}`,
    works: hasGroup42,
    says: /lies inside/,
  },
  {
    name: 'M04d: a volume over /etc, written before',
    worksOn: oldRunc,
    sh: `${runs('-v hers:/etc', "sh -c 'echo 2001:x:42: >/etc/group'", 'loose')} >&2 || :; ${runs('-v hers:/etc', 'id -G', 'loose')}`,
    works: hasGroup42,
    says: /lies inside/,
  },
]
