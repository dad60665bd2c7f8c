/** dockerrunctl policy: what the policy file says, before the gate acts on it. */
import type { Argv } from 'yargs'
import { checkPolicy, readPolicy, readSubject, usualPolicy } from '../admin/policy-reading.ts'
import { showGrants } from '../admin/policy-show.ts'
import { explainCommand } from './explain-command.ts'
import { textOption } from './options.ts'
import { print } from './report.ts'

export const policyCommands = <Options>(command: Argv<Options>) =>
  command
    .command(
      'check [file]',
      `Say whether FILE (${usualPolicy}) is a good policy`,
      (options) => options.positional('file', { type: 'string', describe: 'policy file' }),
      ({ file }) => check(file),
    )
    .command(
      'show',
      'Show what policy grants a user, and which section says so',
      (options) =>
        options
          .option('as', { ...textOption, describe: 'login name, instead of who calls' })
          .option('anonymous', { type: 'boolean', default: false, describe: 'for callers without a name' })
          .option('policy', { ...textOption, describe: `policy file, instead of ${usualPolicy}` }),
      ({ as, anonymous, policy }) => show(policy, anonymous ? undefined : (as ?? whoCalls())),
    )
    .command(explainCommand)
    .demandCommand(1, 'a command is needed after policy')

async function check(given: string | undefined): Promise<void> {
  const file = given ?? usualPolicy
  const { isAbsent, warnings } = await checkPolicy(file, { isDraft: given !== undefined })
  print(isAbsent ? `${file} is not there, and an empty policy is a good policy` : `${file} is a good policy`)
  for (const warning of warnings) print(`warning: ${warning}`)
}

async function show(file: string | undefined, login: string | undefined): Promise<void> {
  const policy = readPolicy(file)
  const { caller, gids } = await readSubject(policy, login)
  if (caller.kind === 'administrator') {
    print(`${caller.name} is an administrator: not restricted, but recorded`)
    return
  }
  const lines = showGrants(policy, caller, gids)
  const [wide, wider] = [widthOf(lines.map(({ key }) => key)), widthOf(lines.map(({ from }) => from))]
  for (const { key, value, from } of lines) print(`${key.padEnd(wide)}  ${from.padEnd(wider)}  ${value}`)
}

const widthOf = (words: readonly string[]): number => Math.max(...words.map((word) => word.length))

/** The human: behind sudo the one who called it. NSS takes a uid too. */
const whoCalls = (): string => process.env['SUDO_UID'] ?? String(process.getuid?.())
