/** Who did how much, and what was denied how often and why. */
import { textOf, type AuditEntry } from './audit-query.ts'
import { describeMoment } from './moment.ts'

export type UserCount = { readonly user: string; readonly allowed: number; readonly denied: number }
export type DenialCount = {
  readonly count: number
  readonly operation: string
  readonly why: string
  readonly users: number
}

export type AuditSummary = {
  readonly allowed: number
  readonly denied: number
  /** Of the first line and the last. */
  readonly from: string | undefined
  readonly to: string | undefined
  /** Most decisions first. */
  readonly users: readonly UserCount[]
  /** The most frequent first. */
  readonly denials: readonly DenialCount[]
}

export type Tally = { readonly add: (entry: AuditEntry) => void; readonly result: () => AuditSummary }

/** Reasons hold what users send: of those that differ no more are kept apart, however long the log is. */
const mostReasons = 10_000
const otherReasons = '(other reasons)'

export function openTally(): Tally {
  const users = new Map<string, UserCount>()
  const denials = new Map<string, { operation: string; why: string; count: number; by: Set<string> }>()
  let from: number | undefined
  let to: number | undefined

  const addDenial = (user: string, operation: string, why: string): void => {
    const isNew = !denials.has(keyOf(operation, why))
    const reason = isNew && denials.size >= mostReasons ? otherReasons : why
    const denial = denials.get(keyOf(operation, reason)) ?? { operation, why: reason, count: 0, by: new Set() }
    denial.count += 1
    denial.by.add(user)
    denials.set(keyOf(operation, reason), denial)
  }
  return {
    add: ({ time, line }) => {
      const user = textOf(line['user'])
      const isDenied = line['verdict'] !== 'allow'
      const { allowed, denied } = users.get(user) ?? { allowed: 0, denied: 0 }
      users.set(user, { user, allowed: allowed + (isDenied ? 0 : 1), denied: denied + (isDenied ? 1 : 0) })
      if (isDenied) addDenial(user, textOf(line['operation']), textOf(line['why']))
      from = Math.min(from ?? time, time)
      to = Math.max(to ?? time, time)
    },
    result: () => {
      const everyone = [...users.values()].sort((a, b) => b.allowed + b.denied - a.allowed - a.denied)
      return {
        allowed: everyone.reduce((sum, { allowed }) => sum + allowed, 0),
        denied: everyone.reduce((sum, { denied }) => sum + denied, 0),
        from: from === undefined ? undefined : new Date(from).toISOString(),
        to: to === undefined ? undefined : new Date(to).toISOString(),
        users: everyone,
        denials: [...denials.values()]
          .map(({ by, ...denial }) => ({ ...denial, users: by.size }))
          .sort((a, b) => b.count - a.count),
      }
    },
  }
}

const keyOf = (operation: string, why: string): string => `${operation} ${why}`

const mostShown = 20

/** For a human, one string a line. */
export function describeSummary({ allowed, denied, from, to, users, denials }: AuditSummary): readonly string[] {
  if (from === undefined || to === undefined) return ['no decisions']
  const period = `${describeMoment(Date.parse(from))} to ${describeMoment(Date.parse(to))}`
  const rows = users
    .slice(0, mostShown)
    .map((each) => `${count(each.allowed)}  ${count(each.denied)}  ${each.user || '-'}`)
  const reasons = denials
    .slice(0, mostShown)
    .map((each) => `${count(each.count)}  ${count(each.users)}  ${each.operation.padEnd(17)}  ${each.why}`)
  return [
    `${allowed} allowed and ${denied} denied, ${period}`,
    '',
    `${'allowed'.padStart(8)}  ${'denied'.padStart(8)}  user`,
    ...rows,
    ...others(users.length, 'users'),
    ...(denials.length === 0
      ? []
      : ['', `${'denied'.padStart(8)}  ${'users'.padStart(8)}  ${'operation'.padEnd(17)}  reason`]),
    ...reasons,
    ...others(denials.length, 'reasons'),
  ]
}

const count = (value: number): string => String(value).padStart(8)

const others = (all: number, what: string): readonly string[] =>
  all > mostShown ? [`${' '.repeat(8)}  and ${all - mostShown} more ${what}: see --json`] : []
