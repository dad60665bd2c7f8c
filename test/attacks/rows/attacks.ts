/** Every named attack that is decided from one request and the facts about it. */
import type { Row } from './allowed.ts'
import { bind } from '../../support/requests.ts'
import { createRows } from './create-body.ts'
import { policyRows } from './policy.ts'
import { mountRows, mounted } from './mounts.ts'
import { remappedRows } from './remapped.ts'
import { startRows } from './start.ts'
import { lineRows, operationRows } from './operations.ts'
import { parameterRows } from './parameters.ts'
import { imageRows, listRows, networkRows, othersRows, processRows, volumeRows } from './things.ts'

export type Attack = Row & {
  readonly name: string
  /** Held by how a request is read, not by one rule. */
  readonly isShape?: true
  /** Held by more than one rule on purpose. */
  readonly isHeldTwice?: true
}

const create = 'POST /containers/create'

export const attacks: readonly Attack[] = [
  ...[...createRows, ...policyRows].map((row) => ({ ...row, line: create })),
  ...mountRows.map(({ mounts, ...row }) => ({ ...row, line: create, body: mounted(...mounts) })),
  {
    name: 'M11: the working directory inside a bind',
    line: create,
    body: { ...mounted(bind()), WorkingDir: '/home/alice/new' },
  },
  { name: "a name that is another's", line: `${create}?name=taken`, body: mounted(), change: { nameIsFree: false } },
  ...startRows,
  ...parameterRows,
  ...operationRows,
  ...lineRows,
  ...othersRows,
  ...processRows,
  ...networkRows,
  ...volumeRows,
  ...imageRows,
  ...listRows,
  ...remappedRows,
]
