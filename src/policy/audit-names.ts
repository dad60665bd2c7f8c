/**
 * How the files of the audit log are called: FILE is written to; FILE.20261122T101112.345Z-4711 was put away then, by that
 * process. Such a name is given once and stays: nothing is ever renamed over, and a reader sees no file change places.
 */

/** `time` is to be later than that of every file which is there: the names tell the order, whatever the clock does. */
export const rotatedName = (base: string, time: number, pid: number): string =>
  `${base}.${new Date(time).toISOString().replaceAll(/[-:]/g, '')}-${pid}`

/** When a file was put away; undefined for what has no such name. */
export function findRotationTime(base: string, name: string): number | undefined {
  const match = name.startsWith(`${base}.`) ? stamp.exec(name.slice(base.length + 1)) : null
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second] = match
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(time) ? undefined : time
}

const stamp = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{3})Z-\d+$/

/** The files that were put away, oldest first, which is the order of their names. */
export const findRotated = (base: string, names: readonly string[]): readonly Rotated[] =>
  names
    .map((name) => ({ name, time: findRotationTime(base, name) }))
    .filter((each): each is Rotated => each.time !== undefined)
    .sort((one, other) => (one.name < other.name ? -1 : 1))

export type Rotated = { readonly name: string; readonly time: number }
