/** dockerrun-authz: parse, call, report. */
import manifest from '../../package.json' with { type: 'json' }
import { Failure } from '../failure.ts'
import { isAnswered, openGate } from '../plugin/gate.ts'
import { parseSettings, usage } from '../plugin/settings.ts'

const say = (text: string) => process.stderr.write(`dockerrun-authz: ${text}\n`)

function report(error: unknown): void {
  if (!(error instanceof Failure))
    return void say(error instanceof Error ? (error.stack ?? error.message) : String(error))
  say(error.message)
  say(`hint: ${error.hint}`)
}

async function main(): Promise<void> {
  const settings = parseSettings(process.argv.slice(2))
  if (settings.task === 'help') return void process.stdout.write(usage)
  if (settings.task === 'version') return void process.stdout.write(`dockerrun-authz ${manifest.version}\n`)
  if (settings.task === 'check') {
    if (!(await isAnswered(settings.socket)))
      throw new Failure('settings', `no gate answers on ${settings.socket}`, { hint: 'start dockerrun-authz' })
    return void process.stdout.write(`the gate answers on ${settings.socket}\n`)
  }
  const gate = await openGate(settings, report)
  say(`listening on ${settings.socket}`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => gate.close())
}

main().catch((error: unknown) => {
  report(error)
  process.exitCode = error instanceof Failure ? error.status : 1
})
