/** Mixed requests for a gate under load: every kind of way through it, in the proportions of a busy machine. */
import { inspect } from 'node:util'
import type { WireRequest } from '../../src/contract/authz.ts'
import { callsOf } from './calls.ts'
import type { Engine } from './engine.ts'
import { gateSocket, type GateService } from './gate-service.ts'
import type { Lab } from './lab.ts'
import { askMany, type Question } from './questions.ts'
import { bind, createBody, wire } from './requests.ts'

export type Mixed = Question & { readonly isAllowed: boolean }

const ask = (line: string, isAllowed: boolean, body?: unknown): Mixed => ({
  path: '/AuthZPlugin.AuthZReq',
  wire: wire(line, body),
  isAllowed,
})
const created = createBody()
const withBind = { ...created, HostConfig: { ...created.HostConfig, Mounts: [bind({ Target: '/h' })] } }
const byRoot: WireRequest = { RequestMethod: 'GET', RequestUri: '/containers/json' }

/** Taken in turn. `own` is a container of alice's that the engine has. */
const mixed = (own: string): readonly Mixed[] => [
  ask('GET /_ping', true),
  ask('POST /v1.41/containers/create?name=load', true, created),
  ask('POST /v1.41/containers/create', false, { ...created, HostConfig: { ...created.HostConfig, Privileged: true } }),
  ask(`GET /v1.41/containers/${own}/json`, true),
  ask(`GET /containers/${'b'.repeat(64)}/logs`, false),
  ask('GET /v1.41/containers/json?all=1', true),
  ask(`POST /v1.41/containers/${own}/stop?t=1`, true),
  ask('POST /v1.41/build', false),
  ask('POST /v1.41/containers/create', false, '{"HostConfig":{},"hostconfig":{"Privileged":true}}'),
  ask(`POST /v1.41/containers/${own}/exec`, true, { Cmd: ['id'], User: '2001:2001' }),
  { path: '/AuthZPlugin.AuthZReq', wire: {}, isAllowed: false },
  { path: '/AuthZPlugin.AuthZReq', wire: byRoot, isAllowed: true },
  { path: '/AuthZPlugin.AuthZRes', wire: { ...wire('GET /_ping'), ResponseStatusCode: 200 }, isAllowed: true },
  ask('DELETE /nosuch', false),
]
/** Those that ask the engine, and those that start a process: one in a hundred, and one in five hundred. */
const slow: Mixed = ask('GET /containers/nosuch/logs', false)
const slowest: Mixed = ask('POST /v1.41/containers/create', true, withBind)

const questionsOf = (own: string): ((index: number) => Mixed) => {
  const each = mixed(own)
  return (index) => (index % 500 === 499 ? slowest : index % 100 === 99 ? slow : (each[index % each.length] ?? slow))
}

export type Round = { readonly seconds: number; readonly memory: number; readonly wrong: readonly string[] }

/** Asks as alice, who has a container then. A round is some requests, after which is noted what the gate holds (kB). */
export async function askRounds(
  lab: Lab,
  gate: GateService,
  engine: Engine,
  { total, round }: { total: number; round: number },
): Promise<readonly Round[]> {
  await engine.login('alice')
  const own = await callsOf(() => engine).make()
  const questionOf = questionsOf(own)
  const rounds: Round[] = []
  for (let from = 0; from < total; from += round) {
    const start = performance.now()
    const answers = await askMany(lab.path(gateSocket), questionOf, { from, to: from + round, concurrency: 64 })
    const seconds = (performance.now() - start) / 1000
    const wrong = [...answers].flatMap(([index, answer]) =>
      'Allow' in answer && answer.Allow === questionOf(index).isAllowed ? [] : [`${index}: ${inspect(answer)}`],
    )
    rounds.push({ seconds, wrong, memory: Number.parseInt(await gate.status('VmRSS'), 10) })
  }
  return rounds
}
