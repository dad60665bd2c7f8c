/** A point in time as an administrator types it: 2h, 30m, 3d (so long ago), or a date, in local time where it names no zone. */

/** In milliseconds; undefined for anything else. */
export function parseMoment(text: string, now: number): number | undefined {
  const [, count, unit] = /^(\d{1,9})([smhdw])$/.exec(text) ?? []
  if (count !== undefined && unit !== undefined) return now - Number(count) * (units.get(unit) ?? 0)
  const [, day, time] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?))?$/.exec(text) ?? []
  // JavaScript takes 30 February for 2 March, and a date alone for UTC.
  if (day === undefined || !isDay(day)) return undefined
  const moment = Date.parse(`${day}T${time ?? '00:00'}`)
  return Number.isNaN(moment) ? undefined : moment
}

const minute = 60_000
const day = 24 * 60 * minute
const units = new Map([
  ['s', 1_000],
  ['m', minute],
  ['h', 60 * minute],
  ['d', day],
  ['w', 7 * day],
])

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

/** To the second, in local time, with the zone: as it can be typed again. */
export function describeMoment(time: number): string {
  const date = new Date(time)
  const zone = -date.getTimezoneOffset()
  const local = new Date(time + zone * minute).toISOString().slice(0, 19)
  const two = (value: number) => String(value).padStart(2, '0')
  const away = Math.abs(zone)
  return `${local}${zone < 0 ? '-' : '+'}${two(Math.trunc(away / 60))}:${two(away % 60)}`
}
