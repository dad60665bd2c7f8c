/** Devices, what is bob's, and what is the site's (invariants 3, 6 and 7). */
import type { Attack } from '../../support/attack-stage.ts'
import { handsOut, opens, runs, sleeps } from './words.ts'

export const devices: readonly Attack[] = [
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
    name: "M13c: a disk in the image, in a folder that is handed to alice's process",
    sh: handsOut('$ME', '/', 'power'),
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

export const others: readonly Attack[] = [
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
