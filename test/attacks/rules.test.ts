/** Each granted operation is granted, and each known attack on it is denied. */
import { describe, it } from 'vitest'
import { operations } from '../../src/contract/operations.ts'
import { rules } from '../../src/policy/rules.ts'
import { ask } from '../support/requests.ts'
import { allowed, allowedRows } from './rows/allowed.ts'
import { attacks } from './rows/attacks.ts'

describe('is allowed:', () => {
  it.for(allowedRows)('$operation $name', ({ line, body, change, headers }, { expect }) => {
    expect(ask(line, body, change, headers)).toMatchObject({ verdict: 'allow' })
  })

  it('each operation that is not denied altogether', ({ expect }) => {
    const granted = operations.filter(({ id }) => rules[id].verdict === 'check').map(({ id }) => id)
    expect(Object.keys(allowed).toSorted()).toEqual(granted.toSorted())
  })
})

describe('is denied:', () => {
  it.for(attacks)('$name', ({ line, body, change, headers }, { expect }) => {
    const { verdict, why } = ask(line, body, change, headers)
    expect(verdict).toBe('deny')
    expect(why).toMatch(/^[\u0020-\u007e]+$/)
  })

  it('no attack is named twice', ({ expect }) => {
    const names = attacks.map(({ name }) => name)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })
})
