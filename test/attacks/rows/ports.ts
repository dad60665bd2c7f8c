/** Ports of a create body that cost the engine's host more than a user may. */
import { createBody } from '../../support/requests.ts'
import type { CreateRow } from './create-body.ts'

const hostConfig = (change: object) => ({ ...createBody(), HostConfig: { ...createBody().HostConfig, ...change } })

export const portRows: readonly CreateRow[] = [
  {
    name: 'B01: more programs of root, one for each port',
    field: 'PortBindings',
    body: hostConfig({
      PortBindings: Object.fromEntries(
        Array.from({ length: 257 }, (_, index) => [
          `${index + 1}/tcp`,
          [{ HostIp: '', HostPort: String(2000 + index) }],
        ]),
      ),
    }),
  },
  {
    name: 'B01: the same, of ports that the engine chooses a place for',
    field: 'PortBindings',
    body: hostConfig({
      PortBindings: Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`${index + 1}/tcp`, []])),
    }),
  },
  {
    name: 'B01: the same, by what is exposed',
    field: 'PublishAllPorts',
    body: {
      ...hostConfig({ PublishAllPorts: true }),
      ExposedPorts: Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`${index + 1}/tcp`, {}])),
    },
  },
  {
    name: 'an address without an end',
    field: 'HostIp',
    body: hostConfig({ PortBindings: { '80/tcp': [{ HostIp: ':'.repeat(400_000), HostPort: '8080' }] } }),
  },
]
