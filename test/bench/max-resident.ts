/** The most memory that a program held which an account of a lab ran (max-resident.c). */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { Lab } from '../support/lab.ts'
import type { ProgramOptions } from '../support/program.ts'

const program = '/run/lab/max-resident'

export function installMaxResident(lab: Lab): void {
  const line = ['-std=gnu17', '-O2', '-static', '-o', lab.path(program), join(import.meta.dirname, 'max-resident.c')]
  const { status, stderr } = spawnSync('cc', line, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`cc ${line.join(' ')}: ${stderr}`)
}

/** In kB. Throws where the program fails. */
export async function readMaxResident(lab: Lab, argv: readonly string[], options: ProgramOptions): Promise<number> {
  const { stdout, stderr } = await lab.exec([program, ...argv], options)
  const [status, kilobytes] = stdout.trim().split(' ')
  if (status !== '0') throw new Error(`${argv.join(' ')}: status ${status}\n${stderr}`)
  return Number(kilobytes)
}
