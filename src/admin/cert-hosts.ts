/** What this host is called: by itself, and in full where its resolver knows it so. */
import { hostname } from 'node:os'
import { runProgram } from '../host/processes.ts'

/** Its own name first. A resolver that does not answer within seconds leaves it at that. */
export async function readHostNames(): Promise<readonly [string, ...string[]]> {
  const { status, stdout } = await runProgram('hostname', ['-f'])
  const full = stdout.trim()
  // Where /etc/hosts has 127.0.0.1 for it, localhost is the first of its names.
  return status === 0 && full.includes('.') && !full.startsWith('localhost') ? [hostname(), full] : [hostname()]
}
