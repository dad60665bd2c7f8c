import { describe, it } from 'vitest'
import { showGrants } from '../../../src/admin/policy-show.ts'
import type { Caller } from '../../../src/policy/facts.ts'
import { defaultGrants, type Policy } from '../../../src/policy/grants.ts'
import { parsePolicy } from '../../../src/policy/policy-file.ts'
import { alice } from '../../support/requests.ts'

const user: Caller = { kind: 'user', account: alice }
const gids = new Map([
  ['beam', 3000],
  ['others', 9000],
])

const policyOf = (text: string): Policy => {
  const policy = parsePolicy(text)
  if ('why' in policy) throw new Error(policy.why)
  return policy
}

/** Each key's value and section, as `value (section)`. */
const show = (text: string, caller: Caller = user) =>
  Object.fromEntries(
    showGrants(policyOf(text), caller, gids).map(({ key, value, from }) => [key, `${value} (${from})`]),
  )

describe('what is granted', () => {
  it('is the default where nobody says anything', ({ expect }) => {
    const shown = show('')
    expect(Object.values(shown).every((line) => line.endsWith(' (default)'))).toBe(true)
    expect(shown).toMatchObject({
      deny: '[] (default)',
      images: 'any (default)',
      'remapped-binds': 'read-only (default)',
      ports: '1024-65535 (default)',
      'limits.memory': 'unlimited (default)',
      'limits.processes': '4096 (default)',
    })
  })

  it('is said by the closest section that has the key, for limits one by one', ({ expect }) => {
    const text = `
everyone: {lists: own, ports: none, limits: {memory: 1g, cpus: 2, processes: 10}}
groups:
  others: {lists: all}
  beam: {images: [docker.io/library/*], gpus: true, limits: {memory: 1536m}}
users:
  alice: {ports: 8000-8080, images: any, limits: {memory: unlimited}}
  bob: {gpus: false}
`
    expect(show(text)).toMatchObject({
      lists: 'own (everyone)',
      ports: '8000-8080 (users.alice)',
      images: 'any (users.alice)',
      gpus: 'true (groups.beam)',
      'limits.memory': 'unlimited (users.alice)',
      'limits.cpus': '2 (everyone)',
      'limits.processes': '10 (everyone)',
    })
  })

  it('is for a caller without a name what anonymous and everyone say', ({ expect }) => {
    const text = 'everyone: {lists: own, gpus: true}\nanonymous: {gpus: false}\ngroups: {beam: {lists: all}}\n'
    expect(show(text, { kind: 'anonymous', account: alice })).toMatchObject({
      lists: 'own (everyone)',
      gpus: 'false (anonymous)',
    })
  })

  it('is every key of grants, each in one line that the policy file could have', ({ expect }) => {
    const { limits, ...grants } = defaultGrants
    const keys = Object.keys(show('')).map((key) => key.replaceAll(/-[a-z]/g, (part) => part.slice(1).toUpperCase()))
    expect(keys.sort()).toEqual([...Object.keys(grants), ...Object.keys(limits).map((key) => `limits.${key}`)].sort())
    const text =
      'everyone: {limits: {memory: 1536m, shm: 1g, log: 10k, layer: 2t, ulimits: {memlock: unlimited, nofile: 7}}}'
    expect(show(text)).toMatchObject({
      'limits.memory': '1536m (everyone)',
      'limits.shm': '1g (everyone)',
      'limits.log': '10k (everyone)',
      'limits.layer': '2t (everyone)',
      'limits.ulimits': '{memlock: unlimited, nofile: 7} (everyone)',
    })
  })

  it('is a profile by its image and its command', ({ expect }) => {
    const text = 'profiles: {p: {image: docker.io/library/busybox, command: [id, -u]}}\neveryone: {profiles: [p]}\n'
    expect(show(text)['profiles']).toBe('[docker.io/library/busybox id -u] (everyone)')
  })
})
