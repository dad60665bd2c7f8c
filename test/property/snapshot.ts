/** The host's files: what is there, whose it is, and when it was last changed. */
import type { Lab } from '../support/lab.ts'

export type Snapshot = ReadonlyMap<string, string>

/** Where users' requests could lead, besides the engine's own storage, which lies below /run/lab. */
const places = ['/etc', '/home', '/srv', '/root', '/tmp', '/opt', '/var/lib', '/run/docker']

export async function takeSnapshot(lab: Lab): Promise<Snapshot> {
  const line = ['find', ...places, '-xdev', '-printf', '%p\\t%y %U:%G %m %s %T@ %l\\n']
  const { stdout } = await lab.exec(line)
  const lines = stdout.trimEnd().split('\n')
  return new Map(
    lines.map((each) => each.split('\t', 2) as [string, string]).map(([path, what]) => [path, still(path, what)]),
  )
}

/** Where the engine's own short-lived files, and what she swaps, come and go: when, and how many, is of no interest. */
const still = (path: string, what: string): string =>
  ['/tmp', '/srv/open'].includes(path) ? what.replace(/ [0-9]+ [0-9]+\.[0-9]+ .*$/, '') : what

/** What she may have made or changed herself (as uid 2001 alone), and where the harness lets her. */
const isHers = (path: string, now: string | undefined): boolean =>
  /^(?:\/home\/alice\/swaps(?:\/|$)|\/srv\/open\/swap-)/.test(path) &&
  (now === undefined || now.split(' ')[1]?.startsWith('2001:') === true)

type IsExpected = (path: string, was: string | undefined, is: string | undefined) => boolean

/** What the engine makes before it calls a runtime: an empty folder where a source was not there, and so a newer one around it. */
export const madeByEngine =
  (sources: readonly string[]): IsExpected =>
  (path, was, is) =>
    is?.startsWith('d ') === true &&
    (was === undefined
      ? /^d (?:0:0|1000000:1000000) /.test(is) && sources.some((source) => `${source}/`.startsWith(`${path}/`))
      : mode(was) === mode(is))
const mode = (what: string): string => what.split(' ').slice(0, 3).join(' ')

export function* findChanges(
  before: Snapshot,
  after: Snapshot,
  isExpected: IsExpected = () => false,
): Generator<string> {
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(path), after.get(path)]
    if (was === is || isHers(path, is) || isExpected(path, was, is)) continue
    yield was === undefined ? `the host has a new ${path} (${is})` : `${path} was ${was} and is ${is ?? 'gone'}`
  }
}
