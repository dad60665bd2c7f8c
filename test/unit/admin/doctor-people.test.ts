import { expect, it } from 'vitest'
import { findFaults } from '../../../src/admin/doctor.ts'
import { peopleChecks } from '../../../src/admin/doctor/checks-people.ts'
import { container, healthy, holdChecks } from './doctor-host.ts'

const range = (owner: string, first: number, count: number, file = '/etc/subuid') => ({
  file,
  line: `${owner}:${first}:${count}`,
  owner,
  first,
  count,
})
const alice = range('alice', 100_000, 65_536)

holdChecks(peopleChecks, [
  { id: 'nss', plant: { nss: { is: { seconds: 0.1, knowsRoot: false } } }, says: /finds nobody/, remedy: /nsswitch/ },
  { id: 'nss-slow', plant: { nss: { is: { seconds: 2.5, knowsRoot: true } } }, says: /2\.5 seconds/, remedy: /sssd/ },
  {
    id: 'ids-of-accounts',
    plant: { idRanges: { is: [alice, range('bob', 2000, 10)] } },
    says: /bob:2000:10 has alice$/,
    remedy: String.raw`sed -i '\|^bob:2000:10$|d' /etc/subuid`,
  },
  {
    id: 'ids-overlap',
    plant: { idRanges: { is: [alice, range('bob', 165_535, 1)] } },
    says: /bob:165535:1 in \/etc\/subuid$/,
    remedy: String.raw`sed -i '\|^bob:165535:1$|d' /etc/subuid`,
  },
  {
    id: 'ids-overlap',
    name: 'one that begins before, of a name with a dot, in /etc/subgid',
    plant: { idRanges: { is: [range('alice', 100_000, 9, '/etc/subgid'), range('b.b', 99_999, 2, '/etc/subgid')] } },
    says: /b\.b:99999:2 in \/etc\/subgid$/,
    remedy: String.raw`sed -i '\|^b\.b:99999:2$|d' /etc/subgid`,
  },
  {
    id: 'user-namespaces',
    plant: { namespacesOff: { is: { what: 'user.max_user_namespaces is 0', run: 'sysctl x' } } },
    says: /max_user_namespaces/,
    remedy: 'sysctl x',
  },
  {
    id: 'owner-gone',
    plant: { owners: { is: new Map([['alice', undefined]]) } },
    says: /job \(alice\)$/,
    remedy: 'docker rm --force c0ffee000000',
  },
  {
    id: 'owner-gone',
    name: 'a name that is somebody else by now',
    plant: { owners: { is: new Map([['alice', { uid: 2009, gids: [2001, 3000] }]]) } },
    says: /job \(alice\)$/,
    remedy: 'docker rm --force c0ffee000000',
  },
  {
    id: 'owner-groups',
    plant: { owners: { is: new Map([['alice', { uid: 2001, gids: [2001] }]]) } },
    says: /job \(alice\)$/,
    remedy: 'docker rm --force c0ffee000000',
  },
  { id: 'unrecorded', plant: { unrecorded: { is: ['a', 'b'] } }, says: /a, b$/, remedy: 'dockerrunctl adopt --all' },
  {
    id: 'socket-inside',
    plant: { containers: { is: [{ ...container, owner: undefined, sources: ['/var/run/docker.sock'] }] } },
    says: /: job$/,
    remedy: /administrators/,
  },
])

it.for([
  { name: 'ranges that touch', ranges: [alice, range('bob', 165_536, 10)] },
  { name: 'the same account, by name and by number', ranges: [alice, range('2001', 100_000, 10)] },
  { name: 'the same numbers in the two files', ranges: [alice, range('bob', 100_000, 10, '/etc/subgid')] },
])('takes for nothing: $name', ({ ranges }) => {
  expect(findFaults({ ...healthy, idRanges: { is: ranges } })).toEqual([])
})

it("takes a user's container with all of the host in it for nothing", () => {
  expect(
    findFaults({ ...healthy, containers: { is: [{ ...container, sources: ['/', '/run/docker.sock'] }] } }),
  ).toEqual([])
})
