/** dockerrunctl units: shows the systemd units of gate 1, or writes them. */
import { dirname, join, resolve } from 'node:path'
import type { Argv, CommandModule } from 'yargs'
import { buildUnits, type Unit } from '../admin/units.ts'
import { openOwnFolder, writeFiles } from '../host/files.ts'
import { parseSettings } from '../plugin/settings.ts'
import { textOption } from './options.ts'

/** Beside this one in dist/. */
const gate = 'dockerrun-authz.cjs'

type Options = Readonly<
  Record<'socket' | 'policy' | 'state' | 'audit' | 'engine' | 'unit' | 'runtime-socket', string>
> & {
  readonly out: string | undefined
}

/** The gate's own defaults are those of its unit. */
const settings = parseSettings([])

export const unitCommand: CommandModule<object, Options> = {
  command: 'units',
  describe: 'The systemd units of the gate',
  builder: (command: Argv<object>) =>
    command
      .option('out', { ...textOption, describe: 'write them there, and do not show them' })
      .option('socket', { ...textOption, default: settings.socket, describe: 'where the engine asks' })
      .option('policy', { ...textOption, default: settings.policy, describe: 'who may do what' })
      .option('state', { ...textOption, default: settings.state, describe: 'whose container is which' })
      .option('audit', { ...textOption, default: settings.audit, describe: 'one line per decision' })
      .option('engine', { ...textOption, default: settings.engine, describe: "the engine's root socket" })
      .option('runtime-socket', { ...textOption, default: settings.runtimeSocket, describe: 'where gate 2 asks' })
      .option('unit', { ...textOption, default: 'docker.service', describe: "the engine's unit" }),
  handler: writeUnits,
}

async function writeUnits({
  out,
  unit: engineUnit,
  'runtime-socket': runtimeSocket,
  ...places
}: Options): Promise<void> {
  const program = [process.execPath, join(import.meta.dirname, gate)] as const
  // What root runs at every start must not lie where somebody else can put another in its place.
  for (const file of program) await openOwnFolder(dirname(file))
  const units = buildUnits({ ...places, runtimeSocket, program, engineUnit })
  if (out === undefined) process.stdout.write(units.map(show).join('\n'))
  else await writeUnitsTo(await openOwnFolder(resolve(out)), units)
}

const show = ({ name, text: content }: Unit): string => `# ${name}\n${content}`

async function writeUnitsTo(folder: string, units: readonly Unit[]): Promise<void> {
  const files = units.map(({ name, text: data }) => ({ path: join(folder, name), data, mode: 0o644 }))
  await writeFiles(files, { replace: true })
  for (const { path } of files) process.stdout.write(`${path}\n`)
}
