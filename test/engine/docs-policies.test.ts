/** The cookbook: each policy in force on a host, and what `dockerrunctl policy explain` then says of its users. */
import { afterAll, beforeAll } from 'vitest'
import { itRuns } from '../support/docs.ts'
import { type DocsHost, setUp, startHost } from '../support/docs-host.ts'

const images = ['facility/reduce:1', 'course/python:3', 'ci/gcc:12', 'ci/built/app:1']
const people = [
  { login: 'eve', uid: 2003, group: 'students' },
  { login: 'carl', uid: 2004, group: 'teachers' },
  { login: 'runner', uid: 2005, group: 'ci' },
  { login: 'gina', uid: 2006, group: 'gpu' },
]

let host: DocsHost
beforeAll(async () => {
  host = await startHost({ images: images.map((name) => `registry.example.org/${name}`) })
  for (const { login, uid, group } of people)
    host.lab.account({ login, uid, gid: uid, groups: [{ name: group, gid: uid + 1000 }] })
  await host.lab.exec(['mkdir', ...['data', 'course', 'builds', 'scratch', 'models'].map((name) => `/srv/${name}`)])
  await setUp(host)
})
afterAll(async () => await host[Symbol.asyncDispose]())

itRuns('docs/policy-cookbook.md', () => host)
