/** Calls on a container, and what an exec may not ask for. */
import { ids } from '../../support/requests.ts'

const exec = { Cmd: ['id'], User: '2001:2001' }
/** Each is denied on another's container, and allowed on one's own. */
export const calls = [
  { line: `GET /containers/${ids.bobs}/json` },
  { line: `GET /containers/${ids.bobs}/logs?stdout=1` },
  { line: `POST /containers/${ids.bobs}/attach?stream=1&stdin=1` },
  { line: `POST /containers/${ids.bobs}/start` },
  { line: `POST /containers/${ids.bobs}/stop` },
  { line: `POST /containers/${ids.bobs}/kill?signal=KILL` },
  { line: `POST /containers/${ids.bobs}/wait` },
  { line: `POST /containers/${ids.bobs}/resize?h=1&w=1` },
  { line: `DELETE /containers/${ids.bobs}?force=1` },
  { line: `POST /containers/${ids.bobs}/exec`, body: exec },
  { line: `POST /exec/${ids.exec}/start`, body: { Detach: false } },
  { line: `POST /exec/${ids.exec}/resize?h=1&w=1` },
  { line: `GET /exec/${ids.exec}/json` },
]

/** Each is denied, on an own container too. */
export const execRows = [
  { name: 'M04: as root', body: { ...exec, User: '0' } },
  { name: 'M04: as a name', body: { ...exec, User: 'alice' } },
  { name: 'M04: with another group', body: { ...exec, User: '2001:42' } },
  { name: 'privileged', body: { ...exec, Privileged: true } },
  { name: 'T03: a lower-case key', body: { ...exec, user: '0' } },
  { name: 'M35: in /proc', body: { ...exec, WorkingDir: '/proc/self/fd/8' } },
  { name: 'an unknown field', body: { ...exec, Magic: 1 } },
]
