/** What there is much of: records of containers, rules of policy for users, groups of an account. And who asks the gate then. */
import { readFileSync } from 'node:fs'
import type { WireRequest } from '../../src/contract/authz.ts'
import type { ContainerRecord } from '../../src/policy/facts.ts'
import type { Question } from '../support/questions.ts'
import { createBody, record, wire } from '../support/requests.ts'
import type { Place } from './place.ts'

export type Asker = {
  readonly login: string
  readonly uid: number
  /** All of them go into the container, as dockerrun asks for. */
  readonly groups: readonly string[]
  /** Who the engine says that it is. */
  readonly identity: Pick<WireRequest, 'User' | 'RequestPeerCertificates'>
  /** A container of theirs. */
  readonly own: string
}

const idOf = (number: number): string => number.toString(16).padStart(64, '0')

/** Known to requests.ts, with a certificate that is in the repository. */
export const alice: Asker = { login: 'alice', uid: 2001, groups: ['3000'], identity: {}, own: idOf(0) }

/** A new account of the lab that has so many groups. */
export async function makeMember({ lab, engines }: Place, size: number): Promise<Asker> {
  const [login, uid] = [`in-${size}`, 100_000 + size]
  const groups = Array.from({ length: size }, (_, index) => ({ name: `group-${index}`, gid: 10_000 + index }))
  lab.account({ login, uid, gid: uid, groups })
  await engines.none.login(login)
  const certificate = readFileSync(lab.path(`${engines.none.certificates.pathOf(login)}/cert.pem`))
  return {
    login,
    uid,
    groups: groups.map(({ gid }) => String(gid)),
    identity: { User: login, RequestPeerCertificates: [certificate.toString('base64')] },
    own: idOf(uid),
  }
}

export const recordFor = ({ login, uid, own }: Asker): ContainerRecord => record({ id: own, owner: uid, login })

/** One of alice's, and for the rest those of two hundred others. */
export const recordsOf = (size: number): readonly ContainerRecord[] => [
  recordFor(alice),
  ...Array.from({ length: size - 1 }, (_, index) =>
    record({ id: idOf(index + 1), name: `c-${index}`, owner: 3000 + (index % 200), login: `u-${index % 200}` }),
  ),
]

/** The last of them is for alice. */
export function policyOf(size: number): string {
  const logins = [...Array.from({ length: size - 1 }, (_, index) => `u-${index}`), alice.login]
  return [
    'users:',
    ...logins.map((login) => `  ${login}:\n    lists: all\n    limits:\n      processes: 512`),
    '',
  ].join('\n')
}

export function questionsOf({ login, uid, groups, identity, own }: Asker): Readonly<Record<string, Question>> {
  const { HostConfig, ...config } = createBody()
  const body = {
    ...config,
    User: `${uid}:${uid}`,
    HostConfig: { ...HostConfig, NetworkMode: 'none', GroupAdd: groups },
  }
  const ask = (line: string, sent?: object): Question => ({
    path: '/AuthZPlugin.AuthZReq',
    wire: { ...wire(line, sent), ...identity },
  })
  return {
    create: ask('POST /v1.41/containers/create', body),
    'create with a name': ask(`POST /v1.41/containers/create?name=of-${login}`, body),
    'inspect by id': ask(`GET /v1.41/containers/${own}/json`),
  }
}
