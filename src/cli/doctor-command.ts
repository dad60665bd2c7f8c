/** dockerrunctl doctor: what is wrong on this host, and what mends it. */
import type { Argv, CommandModule } from 'yargs'
import { findFaults, formatFindings } from '../admin/doctor.ts'
import { gatherHostFacts } from '../admin/doctor-facts.ts'
import { parseSettings } from '../plugin/settings.ts'
import { flagOption, textOption } from './options.ts'

type Options = Readonly<Record<'dir' | 'daemon-json' | 'engine' | 'socket' | 'policy' | 'audit', string>> & {
  readonly json: boolean
}

const settings = parseSettings([])

export const doctorCommand: CommandModule<object, Options> = {
  command: 'doctor',
  describe: 'Look for what is wrong on this host',
  builder: (command: Argv<object>) =>
    command
      .option('dir', { ...textOption, default: '/etc/dockerrun/pki', describe: 'folder of the CA' })
      .option('daemon-json', { ...textOption, default: '/etc/docker/daemon.json', describe: "the engine's settings" })
      .option('engine', { ...textOption, default: settings.engine, describe: "the engine's root socket" })
      .option('socket', { ...textOption, default: settings.socket, describe: 'where the engine asks' })
      .option('policy', { ...textOption, default: settings.policy, describe: 'who may do what' })
      .option('audit', { ...textOption, default: settings.audit, describe: 'one line per decision' })
      .option('json', { ...flagOption, describe: 'show it as JSON' }),
  handler: examine,
}

/** Its status is 1 where something is worse than a notice. */
async function examine({
  dir,
  'daemon-json': daemonJson,
  engine,
  socket,
  policy,
  audit,
  json,
}: Options): Promise<void> {
  const engineSocket = engine.replace(/^unix:\/\//, '')
  const facts = await gatherHostFacts({ daemonJson, engineSocket, gateSocket: socket, pki: dir, policy, audit })
  const findings = findFaults(facts)
  process.stdout.write(json ? `${JSON.stringify(findings, undefined, 2)}\n` : formatFindings(findings))
  if (findings.some(({ severity }) => severity !== 'notice')) process.exitCode = 1
}
