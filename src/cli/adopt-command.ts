/** dockerrunctl adopt: containers of which the gate has no record become root's, so that gate 2 lets them start. */
import type { Argv, CommandModule } from 'yargs'
import { adoptContainers } from '../admin/adopt.ts'
import type { AdoptedContainer } from '../contract/adoption.ts'
import { Failure } from '../failure.ts'
import { parseSettings } from '../plugin/settings.ts'
import { flagOption, textOption } from './options.ts'
import { print } from './report.ts'

type Options = {
  readonly containers: readonly string[]
  readonly all: boolean
  readonly 'dry-run': boolean
  readonly socket: string
}

/** The gate's own defaults. */
const settings = parseSettings([])

export const adoptCommand: CommandModule<object, Options> = {
  command: 'adopt [containers..]',
  describe: "Make containers root's of which the gate has no record; without a name, list them",
  builder: (command: Argv<object>) =>
    command
      .positional('containers', { type: 'string', array: true, default: [], describe: 'names or ids' })
      .option('all', { ...flagOption, describe: 'all of which the gate has no record' })
      .option('dry-run', { ...flagOption, describe: 'only say which it would be' })
      .option('socket', { ...textOption, default: settings.socket, describe: 'where the gate is asked' }),
  handler: adopt,
}

async function adopt({ containers: names, all, 'dry-run': isDry, socket }: Options): Promise<void> {
  if (all && names.length > 0)
    throw new Failure('usage', 'either containers or --all, and not both', { hint: 'see dockerrunctl adopt --help' })
  const isList = !all && names.length === 0
  const isTrial = isDry || isList
  const found = await adoptContainers(socket, { containers: names.length > 0 ? names : 'all', isTrial })
  if (found.length === 0) print('nothing to adopt: the gate has a record of each container')
  for (const line of describeContainers(found)) print(isTrial ? line : `adopted  ${line}`)
  if (isList && found.length > 0)
    print(
      "dockerrunctl adopt CONTAINER makes one of them root's, dockerrunctl adopt --all makes all; look at them first",
    )
}

/** Id, name and image in columns; ids as docker prints them. */
function describeContainers(found: readonly AdoptedContainer[]): readonly string[] {
  const width = Math.max(...found.map(({ name }) => name.length))
  return found.map(({ id, name, image }) => `${id.slice(0, 12)}  ${name.padEnd(width)}  ${shortImage(image)}`)
}

const shortImage = (image: string): string => image.replace(/^sha256:/, '').slice(0, 12)
