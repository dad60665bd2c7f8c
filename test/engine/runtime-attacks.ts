/** What gate 2 must hold by itself: each a thing that has worked against an engine without it (THREATS.md). */
import type { Attack } from '../support/attack-stage.ts'
import { findDisk, type HostileImage } from '../support/hostile-image.ts'

const power = `mknod -m 666 evil b ${findDisk()}; mkdir -p setid a/b; cp bin/busybox setid/; chmod 4755 setid/busybox; sed -i s/^root:x:/root::/ etc/passwd; ln -s /m/made a/b/c`

export const images: readonly HostileImage[] = [
  { name: 'group', script: 'echo 2001:x:42: >>etc/group' },
  // Their own process may put another group file there.
  { name: 'loose', script: 'chmod 777 etc; chmod 666 etc/group' },
  { name: 'moved', script: 'mv etc base; mkdir loose; ln -s ../base loose/etc; ln -s loose/etc etc; chmod 777 loose' },
  {
    name: 'linked',
    script: 'mkdir loose; mv etc/group loose/group; ln -s ../loose/group etc/group; chmod -R a+rwX loose',
  },
  { name: 'power', script: power },
  { name: 'volume', script: `mkdir vol; ${power}; mv evil vol/evil`, changes: ['VOLUME /vol'] },
  { name: 'workdir', changes: ['WORKDIR /h/made'] },
]

const runs = (flags: string, command: string, image = 'busybox') => `docker run --rm $ME ${flags} ${image} ${command}`
/** Whether a device can be opened is what counts: the first one here may be empty. */
const opens = (path: string) => `head -c 1 ${path} >/dev/null && echo opened || echo denied`

const sleeps = (flags: string, image = 'busybox') =>
  `docker run -d $ME ${flags} --name evil ${image} sleep 1000 >&2; running`

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

const groups: readonly Attack[] = [
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
    name: 'M04c: a link on the way to /etc that is replaced',
    worksOn: oldRunc,
    sh: putsGroups('moved', 'mkdir /loose/new; cp /tmp/group /loose/new; rm /loose/etc; ln -s new /loose/etc'),
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
    says: /./,
  },
  {
    name: 'M04d: a volume over /etc, written before',
    worksOn: oldRunc,
    sh: `${runs('-v hers:/etc', "sh -c 'echo 2001:x:42: >/etc/group'", 'loose')} >&2 || :; ${runs('-v hers:/etc', 'id -G', 'loose')}`,
    works: hasGroup42,
    instead: /^2001\n$/,
  },
]

const identity: readonly Attack[] = [
  {
    name: 'M04: as root',
    sh: 'docker run --rm -u 0:0 --userns=host --security-opt no-new-privileges busybox id -u',
    works: /^0$/m,
    says: /must be 2001, your own uid/,
  },
  {
    name: 'M04: in the group of root',
    sh: 'docker run --rm -u 2001:0 --userns=host --security-opt no-new-privileges busybox id -g',
    works: /^0$/m,
    says: /must be 2001, your own gid/,
  },
  {
    name: 'M04: as root, at exec',
    sh: `${sleeps('')}; docker exec -u 0:0 evil id -u`,
    works: /^0$/m,
    says: /must be 2001, your own uid/,
  },
  {
    name: 'M01: new privileges for a set-uid program',
    sh: `docker run --rm -u 2001:2001 --userns=host --security-opt no-new-privileges --security-opt no-new-privileges=false power /setid/busybox su -c 'id -u' root`,
    works: /^0$/m,
    says: /must be on: add --security-opt no-new-privileges/,
  },
  {
    name: 'M02: a seccomp profile that fakes setuid',
    sh: `echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["setuid","setgid","setgroups","capset"],"action":"SCMP_ACT_ERRNO","errnoRet":0}]}' >~/profile
docker run --rm -u 2001:2001 --userns=host --security-opt seccomp=$HOME/profile busybox id -u`,
    works: /^0$/m,
    says: /must be on: add --security-opt no-new-privileges|leave --security-opt seccomp out/,
  },
  {
    name: 'M02: a seccomp profile that lets all through',
    sh: `echo '{"defaultAction":"SCMP_ACT_ALLOW"}' >~/profile; ${runs('--security-opt seccomp=$HOME/profile', 'unshare -r id -u')}`,
    works: /^0$/m,
    says: /leave --security-opt seccomp out/,
  },
  {
    name: 'no seccomp',
    sh: runs('--security-opt seccomp=unconfined', 'grep Seccomp: /proc/self/status'),
    works: /^Seccomp:\t0$/m,
    says: /leave --security-opt seccomp out/,
  },
  {
    name: '--privileged',
    sh: runs('--privileged', `sh -c '${opens('/evil')}'`, 'power'),
    works: /^opened$/m,
    says: /./,
  },
  {
    name: '--cap-add',
    sh: runs('--cap-add SYS_ADMIN', 'grep CapBnd: /proc/self/status'),
    works: /^CapBnd:\t00000000a82425fb$/m,
    says: /no capability is granted/,
  },
  {
    name: "the engine's own capabilities",
    sh: runs('', 'grep CapBnd: /proc/self/status'),
    works: /^CapBnd:\t00000000a80425fb$/m,
    instead: /^CapBnd:\t0000000000000000$/m,
  },
]

const mounts: readonly Attack[] = [
  {
    name: "M05: what is in a folder of bob's",
    sh: runs('-v /home/bob/open:/b', 'cat /b/secret'),
    works: /bobs-secret/,
    says: /you cannot open it from a host shell/,
  },
  {
    name: 'M05b: a source that becomes a link',
    sh: `mkdir ~/swap; docker create $ME -v /home/alice/swap:/b --name evil busybox cat /b/secret >&2
rmdir ~/swap; ln -s /home/bob/open ~/swap; docker start -a evil`,
    works: /bobs-secret/,
    says: /a link is on the way/,
  },
  {
    name: 'M05b: a source below a folder that becomes a link',
    sh: `mkdir -p ~/swap/open; docker create $ME -v /home/alice/swap/open:/b --name evil busybox cat /b/secret >&2
rm -r ~/swap; ln -s /home/bob ~/swap; docker start -a evil`,
    works: /bobs-secret/,
    says: /a link is on the way/,
  },
  {
    name: "M15: bob's volume",
    sh: runs('-v bobsdata:/d', 'cat /d/secret'),
    works: /bobs-secret/,
    says: /is not shown to containers/,
  },
  {
    name: "M15: the volumes of bob's container",
    sh: runs('--volumes-from bobs', 'cat /data/secret'),
    works: /bobs-secret/,
    says: /is not shown to containers/,
  },
  {
    name: "M51: the engine's own folder",
    sh: runs('-v /run/lab/engines/$ENGINE/data/volumes/bobsdata/_data:/d:ro', 'cat /d/secret'),
    works: /bobs-secret/,
    says: /is not shown to containers|could put mounts on the host/,
  },
  {
    name: 'M07: a shared mount',
    sh: `mkdir -p ~/shared/sub; ${sleeps('-v /home/alice/shared:/m:rshared --tmpfs /m/sub')}; grep -o ' /home/alice/shared/sub ' /proc/self/mountinfo`,
    works: /shared\/sub/,
    says: /could put mounts on the host/,
  },
  {
    name: 'M09: a folder that is made inside a bind',
    sh: runs('-v /srv/roots:/m --tmpfs /m/made', 'echo ran'),
    works: /^ran$/m,
    says: /read-only file system/,
    left: '/srv/roots/made',
  },
  {
    name: 'M09: a file that is made inside a bind',
    sh: `echo >~/file; ${runs('-v /srv/roots:/m -v /home/alice/file:/m/made', 'echo ran')}`,
    works: /^ran$/m,
    says: /read-only file system/,
    left: '/srv/roots/made',
  },
  {
    name: 'M10: a folder that is made through a link of the image',
    sh: runs('-v /srv/roots:/m --tmpfs /a/b/c', 'echo ran', 'power'),
    works: /^ran$/m,
    says: /read-only file system/,
    left: '/srv/roots/made',
  },
  {
    name: 'M11: a working directory that is made inside a bind',
    sh: runs('-v /srv/roots:/h -w /h/made', 'echo ran'),
    works: /^ran$/m,
    says: /read-only file system|no such file/,
    left: '/srv/roots/made',
  },
  {
    name: "M11: the same, of the image's",
    sh: runs('-v /srv/roots:/h', 'echo ran', 'workdir'),
    works: /^ran$/m,
    says: /read-only file system|no such file/,
    left: '/srv/roots/made',
  },
  {
    name: 'M11b: files that are made in a bind over /etc',
    sh: runs('-v /srv/roots:/etc', 'echo ran'),
    works: /^ran$/m,
    says: /read-only file system/,
    left: '/srv/roots/hosts',
  },
]

const devices: readonly Attack[] = [
  {
    name: "M13: a disk in the image, from alice's host shell",
    sh: `${sleeps('', 'power')}; ${opens('/proc/$p/root/evil')}`,
    works: /^opened$/m,
    instead: /^denied$/m,
  },
  {
    name: 'M13: the same, with a read-only root',
    sh: `${sleeps('--read-only', 'power')}; ${opens('/proc/$p/root/evil')}`,
    works: /^opened$/m,
    instead: /^denied$/m,
  },
  {
    name: 'M13d: a disk in a volume without a name',
    sh: `${sleeps('', 'volume')}; ${opens('/proc/$p/root/vol/evil')}`,
    works: /^opened$/m,
    instead: /^denied$/m,
  },
  {
    name: 'M13d: a disk in a volume with a name',
    sh: `${sleeps('-v filled:/vol', 'volume')}; ${opens('/proc/$p/root/vol/evil')}`,
    works: /^opened$/m,
    instead: /^denied$/m,
  },
  {
    name: "M14: a disk of the image's, by a rule",
    sh: runs(`--device-cgroup-rule 'b *:* rwm'`, `sh -c '${opens('/evil')}'`, 'power'),
    works: /^opened$/m,
    says: /a device is not granted to you/,
  },
  {
    name: 'M14: a disk of the host',
    sh: runs('--device /srv/barred/disk:/dev/disk', `sh -c '${opens('/dev/disk')}'`),
    works: /^opened$/m,
    says: /a device is not granted to you/,
  },
]

const others: readonly Attack[] = [
  {
    name: "M16: the network of bob's container",
    sh: runs('--network container:bobs', 'wget -qO- http://127.0.0.1:8080/secret'),
    works: /bobs-secret/,
    says: /only those of your own containers are shared/,
  },
  {
    name: "M16: the processes of bob's container",
    sh: runs('--pid container:bobs', 'cat /proc/1/comm'),
    works: /httpd/,
    says: /only those of your own containers are shared/,
  },
  {
    name: "M16: the shared memory of bob's container",
    sh: runs('--ipc container:bobs', 'cat /dev/shm/secret'),
    works: /bobs-secret/,
    says: /only those of your own containers are shared/,
  },
  {
    name: 'M21: a cgroup of choice',
    sh: `${sleeps('--cgroup-parent /$LAB/victim-$ENGINE')}; cat /proc/$p/cgroup`,
    works: /victim/,
    says: /a cgroup is chosen by the site/,
  },
  {
    name: 'B06: a sysctl',
    sh: runs('--sysctl kernel.msgmax=1234', 'cat /proc/sys/kernel/msgmax'),
    works: /^1234$/m,
    says: /no sysctl is granted/,
  },
  {
    name: 'no masked paths',
    sh: runs('--security-opt systempaths=unconfined', `sh -c 'grep -q " /proc/kcore " /proc/mounts || echo open'`),
    works: /^open$/m,
    says: /leave --security-opt systempaths out/,
  },
  {
    name: 'M22: the last to be killed',
    needs: 'CAP_SYS_RESOURCE',
    sh: runs('--oom-score-adj -500', 'cat /proc/self/oom_score_adj'),
    works: /^-500$/m,
    says: /no container is protected from the out-of-memory killer/,
  },
  {
    name: 'M22b: real-time scheduling',
    needs: 'CAP_SYS_RESOURCE',
    sh: runs('--ulimit rtprio=99:99', `sh -c 'grep -i realtime.priority /proc/self/limits'`),
    works: /99/,
    says: /this limit is not granted/,
  },
]

export const attacks: readonly Attack[] = [...groups, ...identity, ...mounts, ...devices, ...others]

/** On a remapped engine. A descriptor that a container's process sends out is root's to take here, and alice's to use. */
export const remappedAttacks: readonly Attack[] = [
  {
    name: 'R01: as the real root',
    sh: `docker run --rm -u 0:0 --userns=host busybox sh -c 'id -u; cat /proc/self/uid_map'`,
    works: /^0\n +0 +0 +4294967295$/m,
    says: /must be 2001, your own uid/,
  },
  {
    name: 'R01: in the namespace of the host, with a set-uid program',
    sh: `docker run --rm -u 2001:2001 --userns=host power /setid/busybox su -c 'id -u' root`,
    works: /^0$/m,
    says: /must be on: add --security-opt no-new-privileges/,
  },
  ...(
    [
      { name: 'M13c: a disk in the image', image: 'power', folder: '/' },
      { name: 'M13d: a disk in a volume', image: 'volume', folder: '/vol' },
    ] as const
  ).map(({ name, image, folder }) => ({
    name: `${name}, by a descriptor that is sent out`,
    sh: `docker run -d --name evil ${image} sleep 1000 >&2`,
    root: `running; exec 9</proc/$p/root${folder}; setpriv --reuid 2001 --regid 2001 --clear-groups ${opens('/proc/self/fd/9/evil')}`,
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
