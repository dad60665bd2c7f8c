import { describe, expect, it } from 'vitest'
import { buildExplanation, findObjections } from '../../../src/policy/explanation.ts'
import { mergeGrants, type Named, type Section } from '../../../src/policy/grants.ts'
import { parseRequest } from '../../../src/policy/request.ts'
import { createBody, facts, wire } from '../../support/requests.ts'

const request = (change: object = {}) =>
  parseRequest(
    wire('POST /containers/create', { ...createBody(), HostConfig: { ...createBody().HostConfig, ...change } }),
  )
const sections: readonly Named<Section>[] = [
  { name: 'groups.students', section: { limits: { memory: 1024 }, remappedBinds: 'writable' } },
  { name: 'everyone', section: { limits: { memory: 2048, cpus: 2 }, images: ['busybox'], gpus: true } },
]
const limited = facts({ grants: mergeGrants(sections.map(({ section }) => section)) })

describe('an explanation', () => {
  it('has all objections, and the decision has the first', () => {
    const { verdict, why, objections } = buildExplanation(
      request({ Privileged: true, CapAdd: ['ALL'] }),
      facts(),
      [],
      32,
    )
    expect({ verdict, count: objections.length }).toEqual({ verdict: 'deny', count: 2 })
    expect(new Set(objections.map((text) => text.split(':')[0]))).toEqual(
      new Set(['HostConfig.CapAdd', 'HostConfig.Privileged']),
    )
    expect(why).toBe(`ContainerCreate: ${objections[0]}`)
  })

  it('has no more of them than asked for', () => {
    expect(findObjections(request({ Privileged: true, CapAdd: ['ALL'] }), facts(), 1)).toHaveLength(1)
  })

  it('names the section that said what its rules asked for, the closest, and no other', () => {
    const { sections: spoken } = buildExplanation(request({ Memory: 512 }), limited, sections, 32)
    expect(spoken).toContainEqual({ key: 'limits.memory', section: 'groups.students' })
    expect(spoken).toContainEqual({ key: 'limits.cpus', section: 'everyone' })
    expect(spoken).toContainEqual({ key: 'images', section: 'everyone' })
    expect(spoken.map(({ key }) => key)).not.toContain('limits')
    expect(buildExplanation(parseRequest(wire('GET /info')), limited, sections, 32).sections).toEqual([])
  })

  it.for([
    { name: 'a refused caller', caller: { kind: 'refused', why: 'no such account' } as const, why: 'no such account' },
    { name: 'what is no operation', line: 'GET /%69nfo', why: 'the path is not in its plain form' },
  ])('of $name has its reason', ({ caller, line = 'GET /info', why }) => {
    const seen = facts(caller === undefined ? {} : { caller })
    expect(buildExplanation(parseRequest(wire(line)), seen, [], 32)).toMatchObject({
      verdict: 'deny',
      objections: [why],
    })
  })

  it('of an administrator is that they are one', () => {
    const seen = facts({ caller: { kind: 'administrator', name: 'root' } })
    expect(buildExplanation(request({ Privileged: true }), seen, [], 32)).toMatchObject({
      verdict: 'allow',
      rule: 'administrator',
      objections: [],
    })
  })
})
