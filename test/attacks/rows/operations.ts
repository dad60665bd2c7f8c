/** Calls that no field check can make safe, and request lines that the engine reads otherwise than they look. Each is denied. */
import { createBody, ids } from '../../support/requests.ts'
import type { Attack } from './attacks.ts'

export const operationRows: readonly Attack[] = [
  {
    name: 'M24, M26: a build, whose RUN is root and whose cache crosses users',
    line: 'POST /build',
  },
  {
    name: 'K05: a build that names its image by an output',
    line: 'POST /build?version=2&outputs=x',
    isHeldTwice: true,
  },
  { name: 'K01, K02, K03, K04: a BuildKit session, of which no gate sees more', line: 'POST /session' },
  { name: 'K01, K08: BuildKit by gRPC', line: 'POST /grpc' },
  { name: 'K04: a prune of the build cache', line: 'POST /build/prune' },
  { name: 'M17: an archive with names inside', line: 'POST /images/load' },
  { name: 'M29: a swarm, whose tasks no gate is asked about', line: 'POST /swarm/init' },
  { name: 'M29: a service', line: 'POST /services/create' },
  { name: 'M60: a prune of containers, filtered', line: 'POST /containers/prune' },
  { name: 'M60: a prune of volumes', line: 'POST /volumes/prune' },
  { name: 'M60: a prune of networks', line: 'POST /networks/prune' },
  { name: 'M60: a prune of images', line: 'POST /images/prune' },
  { name: 'M65: an archive unpacked by root with programs of the image', line: `PUT /containers/${ids.hers}/archive` },
  { name: 'M20: a copy as it was before 1.24', line: `POST /containers/${ids.hers}/copy` },
  { name: 'a checkpoint, written by root', line: `POST /containers/${ids.hers}/checkpoints` },
  { name: 'a plugin, which runs as root', line: 'POST /plugins/pull' },
  { name: 'the engine from inside', line: 'GET /debug/vars' },
  { name: 'R06: what others have on the disk', line: 'GET /system/df' },
  {
    name: 'a login without an end, which the engine reads into its memory',
    line: 'POST /auth',
    headers: { 'Content-Type': 'application/json', 'Content-Length': '' },
  },
  {
    name: 'a login of a byte more than any has',
    line: 'POST /auth',
    headers: { 'Content-Type': 'application/json', 'Content-Length': '65537' },
  },
  {
    name: 'a login of ten megabytes',
    line: 'POST /auth',
    headers: { 'Content-Type': 'application/json', 'Content-Length': '10000000' },
  },
]

const shape = (name: string, line: string, more: Partial<Attack> = {}): Attack => ({
  name,
  line,
  ...more,
  isShape: true,
})
const mountsTwice = JSON.stringify(createBody()).replace(/\}\}$/, ',"Mounts":[],"Mounts":[]}}')

/** T13: what the engine decodes, cleans or redirects. T19: queries that Go and JavaScript read differently. */
export const lineRows: readonly Attack[] = [
  shape('T13: an escape in the path', 'POST /%63ontainers/create', { body: createBody() }),
  shape('T13: an escaped slash', 'POST /containers%2fcreate', { body: createBody() }),
  shape('T13: an escape in the version', 'POST /%761.41/containers/create', { body: createBody() }),
  shape('T13: a whole URL', 'POST http://evil/containers/create', { body: createBody() }),
  shape('T13: two slashes', 'POST //containers/create', { body: createBody() }),
  shape('T13: a slash behind', `GET /containers/${ids.hers}/json/`),
  shape('T13: dots', 'GET /containers/../info'),
  shape('T13: an old version', 'POST /v1.23/containers/create', { body: createBody() }),
  shape('T13: a version with zeros', 'POST /v01.41/containers/create', { body: createBody() }),
  shape('T13: a version with dots', 'POST /v1.41.0/containers/create', { body: createBody() }),
  shape('T13: a method in lower case', `get /containers/${ids.hers}/json`),
  shape('T19: a parameter twice', 'POST /images/busybox/tag?repo=localhost/alice/x&repo=busybox'),
  shape('T19: a semicolon', 'POST /images/busybox/tag?repo=localhost/alice/x;repo=busybox'),
  shape('T19: an escape that is none', 'POST /images/busybox/tag?repo=localhost/alice/x&tag=%zz'),
  shape('T19: a number sign', 'POST /images/busybox/tag?repo=localhost/alice/x#&repo=busybox'),
  shape('T19: another case', 'POST /images/busybox/tag?Repo=localhost/alice/x'),
  shape('T19: bytes that are no text', 'POST /images/busybox/tag?repo=localhost/alice/x&tag=%ff'),
  shape('T06: Mounts twice', 'POST /containers/create', { body: mountsTwice }),
  shape('T08b: a body larger than the gate reads', 'POST /containers/create', {
    body: { ...createBody(), Env: ['x'.repeat(600_000)] },
  }),
  shape('a path that is longer than any name', `GET /containers/${'a'.repeat(17_000)}/json`),
  shape('T18: a body that was chunked, and not shown', 'POST /containers/create', {
    headers: { 'Content-Length': '12', 'Content-Type': 'application/json' },
  }),
]
