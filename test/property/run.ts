/** Sends the cases, several at a time, and asks the oracle of all that was allowed. */
import type { Case } from './cases.ts'
import type { Flavor } from './good.ts'
import { imageOf, placeOf } from './images.ts'
import { labelOf, type Point } from './points.ts'
import { findInAsked, findInCreated, findInMounts, findInProcess, findInStarted } from './oracle.ts'
import { isSettled, readProcess, readStarted } from './kernel.ts'
import type { Inspect, Sight } from './observation.ts'
import { findChanges, madeByEngine, takeSnapshot } from './snapshot.ts'
import { until } from '../support/until.ts'
import type { Stage } from './stage.ts'
import type { Answer } from './talk.ts'

export type Found = {
  /** How many had been sent by then. */
  readonly after: number
  readonly index: number
  readonly label: string
  readonly what: string
  readonly request: string
}

/** What came of a run. */
export type Tally = {
  cases: number
  requests: number
  allowed: number
  created: number
  started: number
  /** Of those that started: whose processes were looked at, not ended before. */
  observed: number
  execs: number
  readonly covered: Set<string>
  readonly found: Found[]
  /** Points that are granted, and were denied; and what the gate said. */
  readonly denied: string[]
}

export type RunOptions = {
  /** Gate 1 allows all: what the engine was asked for is no violation, what runs is. */
  readonly isAlone?: boolean
  readonly from?: number
  /** Cases; each is three requests or so. */
  readonly cases: number
  readonly isEnough?: (tally: Tally) => boolean
  /** Cases at a time, and cases between two looks at the host's files. */
  readonly width?: number
  readonly batch?: number
}

export const newTally = (): Tally => ({
  cases: 0,
  requests: 0,
  allowed: 0,
  created: 0,
  started: 0,
  observed: 0,
  execs: 0,
  covered: new Set(),
  found: [],
  denied: [],
})

export async function runCases(
  stage: Stage,
  caseAt: (index: number) => Case,
  { isAlone = false, from = 0, cases, width = 6, batch = 30, isEnough = () => false }: RunOptions,
): Promise<Tally> {
  const tally = newTally()
  let before = await takeSnapshot(stage.lab)
  for (let first = from; first < from + cases && !isEnough(tally); first += batch) {
    const last = Math.min(first + batch, from + cases)
    let next = first
    const work = async () => {
      while (next < last && !isEnough(tally)) await runCase(stage, caseAt(next++), tally, isAlone)
    }
    await Promise.all(Array.from({ length: width }, work))
    const after = await takeSnapshot(stage.lab)
    const sources = Array.from({ length: last - first }, (_, index) => sourcesOf(caseAt(first + index))).flat()
    for (const what of findChanges(before, after, isAlone ? madeByEngine(sources) : undefined))
      tally.found.push({
        index: first,
        label: `one of cases ${first} to ${last - 1}`,
        what,
        request: '',
        after: tally.requests,
      })
    before = after
  }
  return tally
}

/** Of binds: what the engine makes where it is not there. */
const sourcesOf = ({ body, index }: Case): readonly string[] => {
  const { Binds, Mounts } = (body['HostConfig'] ?? {}) as { Binds?: unknown; Mounts?: unknown }
  const texts = JSON.stringify([Binds ?? [], Mounts ?? []]).replaceAll('@case@', String(index))
  return [...texts.matchAll(/"(\/[^":]*)/g)].map(([, path = '']) => path)
}

const headers = { 'Content-Type': 'application/json' }
const noBody = { 'Content-Length': '0' }

async function runCase(stage: Stage, each: Case, tally: Tally, isAlone: boolean): Promise<void> {
  // Which runtime is called is gate 1's alone to say.
  if (isAlone && each.points.some(({ way }) => way === 'HostConfig.Runtime')) return
  tally.cases += 1
  const words: Readonly<Record<string, string>> = {
    ...stage.words,
    case: String(each.index),
    port: String(20_000 + (each.index % 10_000)),
  }
  const fill = (text: string) => text.replaceAll(/@([a-z0-9]+)@/g, (whole, word: string) => words[word] ?? whole)
  const image = stage.world.isGuarded && each.body['Image'] === 'busybox' ? imageOf(each.index) : each.body['Image']
  const request = fill(JSON.stringify({ ...each.body, Image: image }))
  const report = (found: Iterable<string>, asked: string) => {
    for (const what of found)
      tally.found.push({ index: each.index, label: each.label, what, request: asked, after: tally.requests })
  }
  const ask = async (path: string, body: string | undefined, points: readonly Point[]): Promise<Answer> => {
    const answer = await stage.call.alice({
      method: 'POST',
      path,
      body: body ?? '',
      headers: body === undefined ? noBody : headers,
    })
    tally.requests += 1
    if (answer.status === 0) throw new Error(`case ${each.index}: ${answer.body}`)
    if (answer.status !== 403) {
      tally.allowed += 1
      for (const point of points) tally.covered.add(`${path.endsWith('/exec') ? 'exec ' : ''}${labelOf(point)}`)
    }
    return answer
  }
  if (each.swap !== undefined) await stage.hand({ verb: 'make', path: each.swap.path })

  const made = await ask('/v1.41/containers/create', request, each.points)
  if (made.status === 403 && each.isGranted) tally.denied.push(`${each.label}: ${made.body.trim()}`)
  if (made.status === 201) {
    tally.created += 1
    const { Id } = JSON.parse(made.body) as { Id: string }
    await runMade(stage, each, { Id, request, ask, report, fill, tally, isAlone })
    await stage.call.alice({ method: 'DELETE', path: `/containers/${Id}?force=1&v=1`, body: '', headers: noBody })
  }
  if (each.swap !== undefined) await stage.hand({ verb: 'remove', path: each.swap.path })
}

type Made = {
  readonly Id: string
  readonly request: string
  readonly ask: (path: string, body: string | undefined, points: readonly Point[]) => Promise<Answer>
  readonly report: (found: Iterable<string>, asked: string) => void
  readonly fill: (text: string) => string
  readonly tally: Tally
  readonly isAlone: boolean
}

/** With gate 1 out of the way a case may ask for other ids than those of its flavor. */
const flavorOf = ({ HostConfig }: Inspect, { flavor }: Case): Flavor => {
  if (flavor === 'plain') return flavor
  return HostConfig.UsernsMode === 'host' ? 'own ids on a remapped engine' : 'remapped'
}

async function runMade(stage: Stage, each: Case, made: Made): Promise<void> {
  const { Id, request, ask, report, fill, tally, isAlone } = made
  const { world, readInspect } = stage
  const created = await readInspect(Id)
  if (created === undefined) return
  if (!isAlone) {
    report(findInCreated(created, each.flavor, world), request)
    report(findInAsked(created), request)
    report(findInMounts(created, each.flavor, await lookAtSources(stage, created), world), request)
    await askBeside(stage, each, fill, Id, report)
  }
  if (each.swap !== undefined) await swapSource(stage, each.swap)
  if (!each.isStarted) return
  const answer = await ask(`/containers/${Id}/start`, undefined, [])
  if (answer.status === 403 && each.swap?.how === 'a folder of its own')
    tally.denied.push(`${each.label}: ${answer.body.trim()}`)
  if (each.swap?.how === 'nothing there' && !isAlone) report(await lookForMade(stage, each.swap), request)
  if (answer.status !== 204) return
  tally.started += 1
  const running = await readInspect(Id)
  if (running?.State.Running !== true) return
  const sights = await lookAtSources(stage, running)
  const flavor = flavorOf(running, each)
  if (!isAlone) report(findInCreated(running, flavor, world), request)
  if (!isAlone) report(findInAsked(running), request)
  report(findInMounts(running, flavor, sights, world), request)
  const targets = running.Mounts.map(({ Destination }) => Destination)
  const placed = (target: string) => placeOf(running.Config.Image, target)
  await settle(stage, running.State.Pid)
  const started = readStarted(stage.lab.path, running.State.Pid, {
    labId: world.labId,
    id: Id,
    targets,
    placed,
    sights,
  })
  if (started === undefined) return
  tally.observed += 1
  report(findInStarted(running, started, flavor, world), request)
  for (const exec of each.execs)
    await runExec(stage, flavor, running, { ...made, request: JSON.stringify(exec.body) }, exec.points)
}

async function runExec(
  stage: Stage,
  flavor: Flavor,
  made: Inspect,
  { Id, request, ask, report, tally, isAlone }: Made,
  points: readonly Point[],
): Promise<void> {
  const answer = await ask(`/containers/${Id}/exec`, request, points)
  if (answer.status !== 201) return
  const exec = (JSON.parse(answer.body) as { Id: string }).Id
  const readExec = async () =>
    JSON.parse((await stage.engine.api({ path: `/exec/${exec}/json` })).body) as {
      readonly Pid: number
      readonly ProcessConfig: { readonly privileged?: boolean; readonly user?: string }
    }
  const { ProcessConfig } = await readExec()
  if (ProcessConfig.privileged === true && !isAlone) report(['an exec is privileged'], request)
  const isTerminal = request.includes('"Tty":true')
  const begun = await ask(
    `/exec/${exec}/start`,
    JSON.stringify({ Detach: true, Tty: isTerminal, ConsoleSize: isTerminal ? [24, 80] : null }),
    [],
  )
  if (begun.status !== 200) return
  const { Pid } = await readExec()
  await settle(stage, Pid)
  const running = Pid === 0 ? undefined : readProcess(stage.lab.path, Pid)
  if (running === undefined) return
  tally.execs += 1
  report(findInProcess(running, flavor, (made.HostConfig.SecurityOpt ?? []).length > 0, stage.world), request)
}

const settle = async ({ lab }: Stage, pid: number): Promise<unknown> =>
  await until(() => isSettled(lab.path, pid), { what: `process ${pid} to be the user's` })

async function lookAtSources(stage: Stage, { Mounts }: Inspect): Promise<ReadonlyMap<string, Sight>> {
  const sources = Mounts.filter(({ Type }) => Type === 'bind').map(({ Source }) => Source)
  return new Map(
    await Promise.all(sources.map(async (path) => [path, await stage.hand({ verb: 'look', path })] as const)),
  )
}

type Swap = NonNullable<Case['swap']>

async function lookForMade({ hand }: Stage, { path }: Swap): Promise<readonly string[]> {
  const { uid } = await hand({ verb: 'look', path })
  return uid === undefined ? [] : [`the host has a new ${path} of uid ${uid}`]
}

async function swapSource({ hand }: Stage, { how, path }: Swap): Promise<void> {
  if (how === 'nothing there') await hand({ verb: 'remove', path })
  if (how === 'link to a folder of another') await hand({ verb: 'link', path, to: '/home/bob/private' })
  if (how === 'link to a folder of root') await hand({ verb: 'link', path, to: '/srv/rooted' })
}

/** Nothing of what is asked here is the asker's: it may fail in any way, and never be done. */
async function askBeside(
  stage: Stage,
  { beside }: Case,
  fill: Made['fill'],
  Id: string,
  report: Made['report'],
): Promise<void> {
  const { by, method, path, body } = beside
  const filled = fill(path).replaceAll('@this@', Id)
  const text = body === undefined ? '' : fill(JSON.stringify(body))
  const answer = await stage.call[by]({
    method,
    path: filled,
    body: text,
    headers: body === undefined ? noBody : headers,
  })
  if (answer.status !== 403) report([`${by} got ${answer.status} for ${method} ${path}`], text)
}
