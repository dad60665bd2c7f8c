/** dockerrun-authz: parse, call, report. */
import { join } from 'node:path'
import manifest from '../../package.json' with { type: 'json' }
import { Failure } from '../failure.ts'
import { askGate } from '../plugin/check.ts'
import { openGate } from '../plugin/gate.ts'
import { parseSettings, usage } from '../plugin/settings.ts'
import { describe, report } from './report.ts'

const program = 'dockerrun-authz'
/** Beside this one in dist/. */
const look = 'dockerrun-look.cjs'
const say = (text: string) => void process.stderr.write(text)

async function main(): Promise<number> {
  const settings = parseSettings(process.argv.slice(2))
  if (settings.task === 'help') return print(usage)
  if (settings.task === 'version') return print(`${program} ${manifest.version}\n`)
  if (settings.task === 'check') return await check(settings.socket)
  const gate = await openGate(settings, [process.execPath, join(import.meta.dirname, look)], (error) =>
    say(describe(program, error)),
  )
  say(`${program}: listening on ${settings.socket}\n`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => gate.close())
  return 0
}

async function check(socket: string): Promise<number> {
  const state = await askGate(socket)
  if (state === 'well') return print(`the gate answers on ${socket}\n`)
  const { what, hint } = {
    silent: { what: `the gate on ${socket} does not answer`, hint: 'restart dockerrun-authz, and read its log' },
    nobody: { what: `no gate is on ${socket}`, hint: 'start dockerrun-authz' },
    forbidden: { what: `${socket} may not be opened by you`, hint: 'ask as root' },
  }[state]
  throw new Failure('settings', what, { hint })
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

async function finish(): Promise<void> {
  process.exitCode = await report(program, say, main)
}

void finish()
