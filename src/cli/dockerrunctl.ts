/** dockerrunctl: the administrator's program. Reads the command line, calls src/admin, says what came of it. */
import { hostname } from 'node:os'
import yargs from 'yargs'
import type { Argv } from 'yargs'
import packageJson from '../../package.json' with { type: 'json' }
import { createAuthority, showAuthority } from '../admin/authority.ts'
import type { AuthorityFacts } from '../admin/authority.ts'
import { parseDays } from '../admin/validity.ts'
import { Failure } from '../failure.ts'
import { hasCode } from '../host/files.ts'
import { adoptCommand } from './adopt-command.ts'
import { auditOptions, showAudit } from './audit-commands.ts'
import { certCommands } from './cert-commands.ts'
import { splitLine } from './explain-command.ts'
import { installCommand } from './install-command.ts'
import { doctorCommand } from './doctor-command.ts'
import { daysOption, textOption, type Everywhere } from './options.ts'
import { policyCommands } from './policy-commands.ts'
import { print, report } from './report.ts'
import { slurmCommands } from './slurm-commands.ts'
import { unitCommand } from './unit-commands.ts'

const program = 'dockerrunctl'

async function main(): Promise<void> {
  await yargs(splitLine(process.argv.slice(2)).own)
    .scriptName(program)
    .usage('$0 [--dir DIR] COMMAND\n\nCertificates of the users and the engine of this host')
    .locale('en')
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .option('dir', { ...textOption, default: '/etc/dockerrun/pki', describe: 'folder of the CA' })
    .command('ca', 'The CA of this engine host', caCommands)
    .command('cert', 'Certificates for the engine and for users', certCommands)
    .command('policy', 'What the policy file says', policyCommands)
    .command('audit', 'Read the audit log', auditOptions, showAudit)
    .command('slurm', 'What Slurm calls', slurmCommands)
    .command(adoptCommand)
    .command(unitCommand)
    .command(installCommand)
    .command(doctorCommand)
    .demandCommand(1, 'a command is needed')
    .strict()
    .help('help')
    .version(`${program} ${packageJson.version}`)
    .exitProcess(false)
    .fail(refuse)
    .parseAsync()
}

/** Its own complaints yargs gives as a message or as a YError; whatever else was thrown is no matter of the command line. */
function refuse(message: string | null, error: Error | undefined): never {
  if (error !== undefined && error.name !== 'YError') throw error
  throw new Failure('usage', message ?? error?.message ?? 'cannot read the command line', {
    hint: `see ${program} --help`,
  })
}

const caCommands = (command: Argv<Everywhere>) =>
  command
    .command(
      'init',
      'Make the CA: DIR/ca.pem and DIR/ca-key.pem',
      (options) => options.option('days', daysOption(3650)),
      async ({ dir, days }) =>
        printAuthority(await createAuthority({ dir, days: parseDays(days), hostname: hostname(), now: new Date() })),
    )
    .command(
      'show',
      'Show the CA',
      (options) => options,
      async ({ dir }) => printAuthority(await showAuthority(dir)),
    )
    .demandCommand(1, 'a command is needed after ca')

function printAuthority({ file, subject, serial, notBefore, notAfter, sha256 }: AuthorityFacts): void {
  print(`file     ${file}`)
  print(`subject  ${subject}`)
  print(`serial   ${serial}`)
  print(`valid    ${notBefore} to ${notAfter}`)
  print(`sha256   ${sha256}`)
}

async function run(): Promise<number> {
  try {
    await main()
    // A denial that was explained is no failure.
    return Number(process.exitCode ?? 0)
  } catch (error) {
    // A disk that is full and the like is no bug.
    if (!(error instanceof Error && 'syscall' in error)) throw error
    throw new Failure('settings', error.message, { hint: 'mend this and try again' })
  }
}

/** Whoever read our output, head(1) for example, has seen enough: as if SIGPIPE had ended us. What was asked for was done before. */
const leaveQuietly = (error: Error) => {
  if (hasCode(error, 'EPIPE')) process.exit(141)
  process.stderr.write(`${program}: standard output: ${error.message}\n`)
  process.exit(125)
}

const finish = async () => {
  process.stdout.on('error', leaveQuietly)
  process.exitCode = await report(program, (text) => process.stderr.write(text), run)
}

void finish()
