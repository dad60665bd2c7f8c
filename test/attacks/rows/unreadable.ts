import { createBody } from '../../support/requests.ts'

const text = (from: string, to: string) => JSON.stringify(createBody()).replace(from, to)

/** Bodies with two readings, or of the wrong shape. */
export const unreadableRows = [
  { name: 'T02: HostConfig twice', body: text('"HostConfig":', '"HostConfig":{"Privileged":true},"HostConfig":') },
  { name: 'T05: hostconfig null behind', body: JSON.stringify(createBody()).replace(/\}$/, ',"hostconfig":null}') },
  { name: 'T14: data behind the body', body: `${JSON.stringify(createBody())}}` },
  { name: 'T15: a lone surrogate', body: text('"true"', '"\\ud800"') },
  { name: 'J13: CapDrop as a string', body: text('"UsernsMode"', '"CapDrop":"ALL","UsernsMode"') },
  { name: 'J14: a string for a boolean', body: text('"UsernsMode"', '"AutoRemove":"true","UsernsMode"') },
  { name: 'an array for a body', body: '[]' },
  { name: 'J17: null for a body', body: 'null' },
  { name: 'J18: an empty object', body: '{}' },
]
