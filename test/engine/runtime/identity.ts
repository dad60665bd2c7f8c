/** Who a process is and what it may (invariants 1 and 2). */
import type { Attack } from '../../support/attack-stage.ts'
import { opens, runs, sleeps } from './words.ts'

export const identity: readonly Attack[] = [
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
    says: /no capability is granted/,
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
