/** Query parameters that are not granted, or not so. Each is denied. */
import { ids } from '../../support/requests.ts'
import type { Attack } from './attacks.ts'

export const parameterRows: readonly Attack[] = [
  { name: 'M20: a checkpoint at start', line: `POST /containers/${ids.hers}/start?checkpoint=x`, isShape: true },
  { name: 'an unknown one', line: `GET /containers/${ids.hers}/json?x=1`, isShape: true },
  { name: 'a flag that is no flag', line: `GET /containers/${ids.hers}/json?size=maybe` },
  { name: 'an import', line: 'POST /images/create?fromSrc=-&repo=busybox', isShape: true },
  { name: 'an import beside a pull', line: 'POST /images/create?fromImage=busybox&fromSrc=-', isShape: true },
  {
    name: 'M17: a pull that names another repository',
    line: 'POST /images/create?fromImage=busybox&repo=shared',
    isShape: true,
  },
  { name: 'a pull of nothing', line: 'POST /images/create' },
  { name: "a pull into the users' own names", line: 'POST /images/create?fromImage=localhost/bob/app' },
  { name: 'a pull of a name with an empty part', line: 'POST /images/create?fromImage=a//b' },
  { name: 'a pull of a name that leads elsewhere', line: 'POST /images/create?fromImage=a/../b' },
  { name: 'a pull of all tags there are', line: 'POST /images/create?fromImage=busybox' },
  { name: 'a pull by two tags', line: 'POST /images/create?fromImage=busybox:1&tag=2' },
  { name: 'a pull by a tag and a digest', line: `POST /images/create?fromImage=busybox:1@sha256:${'0'.repeat(64)}` },
  { name: 'a stop that takes longer than two minutes', line: `POST /containers/${ids.hers}/stop?t=121` },
  { name: 'a stop in the past', line: `POST /containers/${ids.hers}/stop?t=-5` },
  { name: 'a pull of an odd tag', line: 'POST /images/create?fromImage=a&tag=../x' },
  { name: 'a pull of an odd name', line: 'POST /images/create?fromImage=-x' },
  { name: 'links at removal', line: `DELETE /containers/${ids.hers}?link=1` },
]
