/** docs/what-users-may-ask.md names each operation, once, and says no where the rules do. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'vitest'
import { operations } from '../../src/contract/operations.ts'
import { rules } from '../../src/policy/rules.ts'

const text = readFileSync(join(import.meta.dirname, '../../docs/what-users-may-ask.md'), 'utf8')
const lines = text
  .split('\n')
  .filter((line) => /^\| [A-Z][a-zA-Z]+[,| ]/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
const named = lines.flatMap(([, names = '', , verdict = '']) => names.split(', ').map((name) => ({ name, verdict })))

it('every operation is named once', ({ expect }) => {
  expect(named.map(({ name }) => name).toSorted()).toEqual(operations.map(({ id }) => id as string).toSorted())
})

it.for(operations)('$id is refused there as it is here', ({ id }, { expect }) => {
  const isNo = named.find(({ name }) => name === id)?.verdict.startsWith('no') === true
  expect(isNo).toBe(rules[id].verdict === 'deny' || id.startsWith('ContainerArchive'))
})
