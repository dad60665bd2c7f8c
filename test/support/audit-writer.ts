/**
 * audit-writer.ts FILE SETTINGS FROM COUNT: a process that writes numbered lines to an audit log and says each number on stdout
 * when the line is written, as the gate answers when it is. COUNT 0 is without end.
 */
import { writeSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { openAudit } from '../../src/plugin/audit-file.ts'
import type { AuditSettings } from '../../src/policy/audit-settings.ts'
import { numbered } from './audit-lines.ts'

const [file = '', settings = '', from = '', count = ''] = process.argv.slice(2)
const inForce = JSON.parse(settings) as AuditSettings
const audit = openAudit(
  file,
  () => inForce,
  (error) => process.stderr.write(`${String(error)}\n`),
)
for (let number = Number(from); Number(count) === 0 || number < Number(from) + Number(count); number += 1) {
  audit.write(numbered(number))
  writeSync(1, `${number}\n`)
  // What a real gate does in between: it hears of the next request.
  await turn()
}
audit.close()
