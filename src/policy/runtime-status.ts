/** What the kernel says of a container's first process before anything of the user's runs: the last word (M04b, M04d). */
import type { Json } from '../contract/json.ts'
import { fieldAt, listAt } from './fields.ts'
import type { RuntimeFacts } from './runtime-facts.ts'

/** `status` is /proc/PID/status, `spec` what runc was given. */
export function objectToStatus(status: string, spec: Json, facts: RuntimeFacts): string | undefined {
  const fields = new Map([...status.matchAll(/^(\w+):\t(.*)$/gm)].map(([, key = '', value = '']) => [key, value]))
  const numbers = (key: string) => (fields.get(key) ?? '').split(/\s+/).filter(Boolean).map(Number)
  const isOwn = ownIds(spec, facts)
  for (const [key, kind] of [
    ['Uid', 'uid'],
    ['Gid', 'gid'],
    ['Groups', 'groups'],
  ] as const) {
    const foreign = numbers(key).find((id) => !isOwn(kind, id))
    if (foreign !== undefined || (key !== 'Groups' && numbers(key).length !== 4))
      return `it would run with the ${kind} ${foreign}, which is not yours: the image's /etc/group makes it so (M04b)`
  }
  if (facts.ids === 'remapped') return undefined
  const set = ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'].find((key) => !/^0+$/.test((fields.get(key) ?? '1').trim()))
  if (set !== undefined) return `it would run with capabilities (${set})`
  return fields.get('NoNewPrivs')?.trim() === '1' ? undefined : 'it could get new privileges'
}

function ownIds(spec: Json, { ids, account }: RuntimeFacts): (kind: 'uid' | 'gid' | 'groups', id: number) => boolean {
  if (ids === 'remapped') {
    const ranges = { uid: 'uidMappings', gid: 'gidMappings', groups: 'gidMappings' } as const
    return (kind, id) =>
      listAt(spec, 'linux', ranges[kind]).some((range) => {
        const [first, size] = [Number(fieldAt(range, 'hostID')), Number(fieldAt(range, 'size'))]
        return first > 0 && id >= first && id < first + size
      })
  }
  const groups = new Set([account.gid, ...account.groups.map(({ gid }) => gid)])
  return (kind, id) => (kind === 'uid' ? id === account.uid : kind === 'gid' ? id === account.gid : groups.has(id))
}
