/** What of the host is seen inside, and what root would make there (invariants 4 and 5). */
import type { Attack } from '../../support/attack-stage.ts'
import { runs, sleeps } from './words.ts'

export const mounts: readonly Attack[] = [
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
    name: 'M05: what lies under a mount that she may not pass',
    sh: runs('--mount type=bind,src=/home/covered,dst=/c,readonly,bind-nonrecursive', 'cat /c/sub/secret'),
    works: /under-secret/,
  },
  {
    name: 'M09: a mount point in a volume, which others of her containers change meanwhile (CVE-2024-45310)',
    sh: `touch ~/file; ${runs('-v deep:/v -v /home/alice/file:/v/made', 'true')} >&2
${runs('-v deep:/v:nocopy', 'ls /v')}`,
    works: /made/,
    says: /lies inside/,
  },
  {
    name: 'M09: the same by a link of the image',
    sh: `touch ~/file; ${runs('-v wayward:/loose -v /home/alice/file:/a/way/made', 'true', 'wayward')} >&2
${runs('-v wayward:/v:nocopy', 'ls /v')}`,
    works: /made/,
    says: /lies inside/,
  },
  {
    name: 'M09: the same by two, of which one is inside and leads out of it',
    sh: `touch ~/file; ${runs('-v outward:/loose -v /home/alice/file:/a/way/out/made', 'true', 'wayward')} >&2 && echo ran`,
    works: /^ran$/m,
    says: /lies inside/,
  },
  {
    name: 'M09: the same by a link that memory hides from runc',
    sh: `touch ~/file; ${runs('--tmpfs /t --tmpfs /t/x -v veiled:/t/vol -v /home/alice/file:/q/r/made', 'true', 'veiled')} >&2
${runs('-v veiled:/v:nocopy', 'ls /v')}`,
    works: /made/,
    says: /which memory hides/,
  },
  {
    name: 'a volume over /dev, by a link of the image',
    sh: `${runs('-v devices:/loose', 'mkdir /loose/marker', 'wayward')} >&2
${runs('-v devices:/a2:nocopy', 'ls /dev', 'devlink')}`,
    works: /marker/,
    says: /where the engine mounts its own/,
  },
  {
    name: "M12: a volume that is a folder of bob's",
    sh: `docker volume create -o type=none -o o=bind -o device=/home/bob/open evil >&2
${runs('-v evil:/b', 'cat /b/secret')}`,
    works: /bobs-secret/,
    says: /a volume is no folder of the engine alone/,
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
    says: /lies inside/,
    left: '/srv/roots/made',
  },
  {
    name: 'M09: a file that is made inside a bind',
    sh: `echo >~/file; ${runs('-v /srv/roots:/m -v /home/alice/file:/m/made', 'echo ran')}`,
    works: /^ran$/m,
    says: /lies inside/,
    left: '/srv/roots/made',
  },
  {
    name: 'M10: a folder that is made through a link of the image',
    sh: runs('-v /srv/roots:/m --tmpfs /a/b/c', 'echo ran', 'power'),
    works: /^ran$/m,
    says: /lies inside/,
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
    // Without --rm: docker 26 would wait for the end of what gate 1 did not let start.
    sh: 'docker run $ME -v /srv/roots:/h workdir echo ran',
    works: /^ran$/m,
    says: /read-only file system|no such file/,
    left: '/srv/roots/made',
  },
  {
    name: 'M11b: files that are made in a bind over /etc',
    sh: runs('-v /srv/roots:/etc', 'echo ran'),
    works: /^ran$/m,
    says: /lies inside/,
    left: '/srv/roots/hosts',
  },
]
