/** dockerrunctl doctor: looks for what is wrong on this host, and changes nothing. */
import type { Argv, CommandModule } from 'yargs'
import { findFaults, formatFinding } from '../admin/doctor.ts'
import { gatherHostFacts } from '../admin/doctor/gather.ts'
import { parseSettings } from '../plugin/settings.ts'
import { flagOption, textOption } from './options.ts'
import { print } from './report.ts'

type Options = Readonly<Record<'dir' | 'daemon-json' | 'engine' | 'socket' | 'policy' | 'state' | 'audit', string>> & {
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
      .option('state', { ...textOption, default: settings.state, describe: 'whose container is which' })
      .option('audit', { ...textOption, default: settings.audit, describe: 'one line per decision' })
      .option('json', { ...flagOption, describe: 'show it as JSON' }),
  handler: examine,
}

/** Its status is 1 where something is worse than a notice. */
async function examine({ dir, engine, socket, policy, state, audit, json, ...options }: Options): Promise<void> {
  const facts = await gatherHostFacts({
    daemonJson: options['daemon-json'],
    engineSocket: engine.replace(/^unix:\/\//, ''),
    gateSocket: socket,
    pki: dir,
    policy,
    state,
    audit,
    programs: [process.execPath, ...process.argv.slice(1, 2)],
  })
  const findings = findFaults(facts)
  if (json) process.stdout.write(`${JSON.stringify(findings, undefined, 2)}\n`)
  else for (const line of findings.flatMap(formatFinding)) print(line)
  if (findings.some(({ severity }) => severity !== 'notice')) process.exitCode = 1
}
