/** What alice asks for, one case after another: the same seed and number give the same case, on any engine of its flavor. */
import * as fc from 'fast-check'
import { ownExec, remappedExec } from '../../src/policy/container-exec.ts'
import { ownContainer, remappedContainer } from '../../src/policy/container-create.ts'
import { badPointsOf } from './bad.ts'
import { badExecsOf, execValues, foreign, type Request } from './beside.ts'
import { baseOf, basesOf, bindOf, type Flavor, valuesOf } from './good.ts'
import { mountings } from './mountings.ts'
import { labelOf, type Point, pointsOf, withPoint } from './points.ts'

export const swaps = [
  'link to a folder of another',
  'link to a folder of root',
  'nothing there',
  'a folder of its own',
] as const

type Body = Record<string, unknown>
export type Case = {
  readonly index: number
  readonly flavor: Flavor
  /** What the case is about. */
  readonly label: string
  /** A point alone, which is granted: a denial is a fault of the generator, or of the gate. */
  readonly isGranted: boolean
  readonly points: readonly Point[]
  readonly body: Body
  /** What becomes of a source between creating and starting. */
  readonly swap?: { readonly how: (typeof swaps)[number]; readonly path: string }
  readonly isStarted: boolean
  readonly execs: readonly { readonly body: Body; readonly points: readonly Point[] }[]
  readonly beside: Request
}

export type Cases = {
  /** After so many cases, each good point has been in one. */
  readonly round: number
  readonly at: (index: number) => Case
  readonly granted: readonly Point[]
  readonly grantedExecs: readonly Point[]
}

const draw = <T>(arbitrary: fc.Arbitrary<T>, seed: number): T => {
  const [value] = fc.sample(arbitrary, { seed, numRuns: 1 })
  return value as T
}
const shuffle = <T>(items: readonly T[], seed: number): readonly T[] =>
  draw(fc.shuffledSubarray([...items], { minLength: items.length }), seed)

/** How the numbers go round. In the first round each bad point comes alone, and the good ones a few at a time. */
const turns = ['good', 'bad', 'bad', 'good', 'swap', 'bad', 'good', 'bad', 'mixed', 'bad'] as const

export function casesOf(flavor: Flavor, seed: number): Cases {
  const rules = flavor === 'remapped' ? remappedContainer : ownContainer
  const granted = pointsOf(rules, valuesOf(flavor))
  const grantedExecs = pointsOf(flavor === 'remapped' ? remappedExec : ownExec, execValues(flavor))
  const good = inPacks(shuffle(granted, seed))
  const bad = shuffle(badPointsOf(flavor), seed)
  const execs = inPacks(shuffle(grantedExecs, seed))
  const badExecs = badExecsOf(flavor)
  const beside = shuffle(foreign, seed)

  const nth = <T>(list: readonly T[], at: number): T => list[at % list.length] as T
  const build = (points: readonly Point[]): Body =>
    withSources(
      points.reduce((body, point) => withPoint(body, point, basesOf(flavor)), complete(baseOf(flavor), points)),
    )

  const at = (index: number): Case => {
    const turn = nth(turns, index)
    // The how many-th of its kind it is.
    const round = Math.floor(index / turns.length)
    const nthOfTurn =
      round * turns.filter((each) => each === turn).length +
      turns.slice(0, index % turns.length).filter((each) => each === turn).length
    const chance = draw(extras(granted), seed * 65_537 + index)
    const execPack = nth(execs, nthOfTurn)
    const badExec = nth(badExecs, index)
    const exec = (points: readonly Point[]) => ({
      body: points.reduce((body, point) => withPoint(body, point, {}), { Cmd: ['sleep', '1000'] } as Body),
      points,
    })
    const common = {
      index,
      flavor,
      isStarted: chance.isStarted || (turn === 'good' && round < 60),
      execs: [exec(execPack), exec([badExec])],
      beside: nth(beside, index),
    }
    if (turn === 'good') {
      const pack = nth(good, nthOfTurn)
      const isGranted = nthOfTurn < good.length
      const points = isGranted ? pack : [...chance.points, ...pack]
      return { ...common, label: pack.map(labelOf).join(' '), isGranted, points, body: build(points) }
    }
    if (turn === 'bad') {
      const point = nth(bad, nthOfTurn)
      const points = nthOfTurn < bad.length ? [point] : [...chance.points, point]
      return { ...common, label: labelOf(point), isGranted: false, points, body: build(points) }
    }
    if (turn === 'swap') {
      const how = nth(swaps, nthOfTurn)
      const isInBinds = flavor !== 'remapped' && draw(fc.boolean(), seed + index)
      // Binds want a folder around it that she could not put another in the place of.
      const path = isInBinds ? `/srv/open/swap-${index}` : `/home/alice/swaps/${index}`
      const point = isInBinds
        ? { way: 'HostConfig.Binds', value: [`${path}:/swapped`] }
        : { way: 'HostConfig.Mounts', value: [bindOf(flavor, { Source: path, Target: '/swapped' })] }
      return {
        ...common,
        label: `${point.way}: ${how}`,
        isGranted: true,
        points: [point],
        body: build([point]),
        swap: { how, path },
        isStarted: true,
      }
    }
    const mounts = draw(mountings(flavor), seed * 31 + index)
    const spoiled = index % 4 === 0 ? [nth(bad, chance.any)] : []
    const points = [...chance.points, ...mounts, ...spoiled]
    return {
      ...common,
      label: `mixed: ${points.map(({ way }) => way).join(', ')}`,
      isGranted: false,
      points,
      body: build(points),
    }
  }
  const goodTurns = turns.filter((each) => each === 'good').length
  return { at, granted, grantedExecs, round: Math.ceil(good.length / goodTurns) * turns.length }
}

/** A field that lists something, with what is no list in it: the gate lets it pass for empty, the engine cannot read it. */
const isOdd = ({ way, value }: Point): boolean => unlisted.has(way) && value !== null
const unlisted = new Set(
  pointsOf(ownContainer, valuesOf('plain'))
    .filter(({ way, value }, _, all) => value === null && all.some((other) => other.way === way && other.value === 0))
    .map(({ way }) => way),
)

/** Of each field once, and binds apart from restarts, which they exclude. */
function inPacks(points: readonly Point[]): readonly (readonly Point[])[] {
  const packs: Point[][] = []
  for (const point of points) {
    const most = isOdd(point) ? 8 : 5
    const pack = packs.find(
      (each) => each.length < most && each.every((other) => isOdd(other) === isOdd(point) && !excludes(other, point)),
    )
    if (pack === undefined) packs.push([point])
    else pack.push(point)
  }
  return packs
}

/** Fields that are about one thing: two of them in one request would contradict each other. */
const topics = [
  /Mounts|Binds|Tmpfs|Volumes|RestartPolicy|WorkingDir|Subpath/,
  /Network|Port|Hostname|Domainname|UTSMode|Dns|ExtraHosts|MacAddress/,
  /Cpu|Memory|Kernel/,
  /LogConfig/,
]
const topicOf = ({ way }: Point): string => String(topics.findIndex((topic) => topic.test(way)))
const fieldOf = ({ way }: Point): string => way.split(/[[{]/)[0] ?? ''
const excludes = (one: Point, other: Point): boolean =>
  fieldOf(one) === fieldOf(other) || (topicOf(one) !== '-1' && topicOf(one) === topicOf(other))

const extras = (points: readonly Point[]) =>
  fc.record({
    points: fc.array(fc.constantFrom(...points), { maxLength: 4 }),
    isStarted: fc.integer({ min: 0, max: 99 }).map((of100) => of100 < 97),
    any: fc.nat(),
  })

/** What her containers have had is not filled again by the engine. */
const volumeFor = (mount: Body): string =>
  (mount['VolumeOptions'] as Body | undefined)?.['NoCopy'] === true ? 'herdata' : 'fitting-@case@'

/** What is no bind has another source than the one that a mount comes with. */
function withSources(body: Body): Body {
  const hostConfig = body['HostConfig'] as Body | undefined
  const mounts = hostConfig?.['Mounts']
  if (!Array.isArray(mounts)) return body
  const fitting = (mount: Body): Body =>
    mount['Type'] === 'bind' || !String(mount['Source']).startsWith('/')
      ? mount
      : { ...mount, Source: mount['Type'] === 'volume' ? volumeFor(mount) : '' }
  return { ...body, HostConfig: { ...hostConfig, Mounts: (mounts as Body[]).map(fitting) } }
}

/** An endpoint is that of the network which the container is in. */
function complete(body: Body, points: readonly Point[]): Body {
  const endpoint = points.find(({ way }) => way.startsWith('NetworkingConfig.EndpointsConfig'))
  const ports = points.some(({ way }) => way.startsWith('HostConfig.P') && way.includes('ort'))
  if (endpoint === undefined && !ports) return body
  const [name = 'hernet'] = endpoint?.way.endsWith('Config') === true ? Object.keys(endpoint.value ?? {}) : []
  return {
    ...body,
    HostConfig: { ...(body['HostConfig'] as object), NetworkMode: endpoint === undefined ? 'bridge' : name },
  }
}
