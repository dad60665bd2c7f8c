import { it } from 'vitest'
import { parseFirstUser } from '../../../src/admin/cert-first-user.ts'

it.for([
  { name: 'what useradd of this host begins with', text: 'UID_MIN\t\t\t  500\nSYS_UID_MIN 100\n', first: 500 },
  { name: 'the last word on it', text: 'UID_MIN 500\nUID_MIN 2000\n', first: 2000 },
  { name: 'the usual one where it is a comment', text: '#UID_MIN 500\n', first: 1000 },
  { name: 'the usual one where it is no number', text: 'UID_MIN many\n', first: 1000 },
  { name: 'the usual one where it would be root', text: 'UID_MIN 0\n', first: 1000 },
  { name: 'the usual one where nothing is said', text: '', first: 1000 },
])('the first uid of a person is $name', ({ text, first }, { expect }) => {
  expect(parseFirstUser(text)).toBe(first)
})
