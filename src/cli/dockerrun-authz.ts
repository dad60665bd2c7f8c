/** dockerrun-authz: parse, call, report. */
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import manifest from '../../package.json' with { type: 'json' }
import { Failure } from '../failure.ts'
import { askGate } from '../plugin/check.ts'
import { openGate, type Gate } from '../plugin/gate.ts'
import { readHanded } from '../plugin/listen.ts'
import { parseSupervisor, tellSupervisor } from '../plugin/notify.ts'
import { parseSettings, usage, type Settings } from '../plugin/settings.ts'
import { describe, leave, report } from './report.ts'

const program = 'dockerrun-authz'
/** Beside this one in dist/. */
const look = 'dockerrun-look.cjs'
const say = (text: string) => void process.stderr.write(text)

async function main(): Promise<number> {
  const settings = parseSettings(process.argv.slice(2))
  if (settings.task === 'help') return print(usage)
  if (settings.task === 'version') return print(`${program} ${manifest.version}\n`)
  if (settings.task === 'check') return await check(settings.socket)
  await serve(settings)
  return 0
}

async function serve(settings: Settings): Promise<void> {
  const { pid, env } = process
  // What is alive is some 14 MB; V8 would let the heap grow to four times that before it looks (test/support/soak.ts).
  setFlagsFromString('--heap-growing-percent=50')
  const hear = (error: unknown) => say(describe(program, error))
  let gate: Gate | undefined
  // Before there is anything to reload: the signal would end us.
  process.on('SIGHUP', () => gate?.reload())
  const handed = await readHanded(env, { pid, socket: settings.socket })
  const opened = await openGate({ ...settings, handed }, [process.execPath, join(import.meta.dirname, look)], hear)
  gate = opened
  say(`${program}: listening on ${settings.socket}\n`)
  const supervisor = parseSupervisor(env, pid)
  const told = supervisor && tellSupervisor(supervisor, settings.socket, hear)
  const stop = async () => {
    await Promise.all([told?.then(async (stopTelling) => await stopTelling()), opened.close()])
    await leave(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())
  await told
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
  const status = await report(program, say, main)
  // What was opened before a start failed must not keep it from ending.
  if (status !== 0) await leave(status)
}

void finish()
