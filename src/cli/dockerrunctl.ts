/** dockerrunctl: the administrator's program. Reads the command line, calls src/admin, says what came of it. */
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import yargs from 'yargs'
import type { Argv } from 'yargs'
import packageJson from '../../package.json' with { type: 'json' }
import { createAuthority, showAuthority } from '../admin/authority.ts'
import type { AuthorityFacts } from '../admin/authority.ts'
import { readHolder, readSelf } from '../admin/holder-account.ts'
import { issueClient } from '../admin/issue-client.ts'
import { issueServer } from '../admin/issue-server.ts'
import { becomeAccount, holdKey } from '../admin/key-holder.ts'
import { parseDays } from '../admin/validity.ts'
import { Failure } from '../failure.ts'
import { readAccount } from '../host/accounts.ts'
import { printable, report } from './report.ts'
import { unitCommand } from './unit-commands.ts'

const program = 'dockerrunctl'
/** A certificate got without an administrator is a short one, whatever its user asks for. */
const selfDays = 30

type Everywhere = { readonly dir: string }
type IssueOptions = Everywhere & {
  readonly login: string | undefined
  readonly self: boolean
  readonly root: boolean
  readonly out: string | undefined
  readonly days: number
}

async function main(): Promise<void> {
  await yargs(process.argv.slice(2))
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
    .command(unitCommand)
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

const certCommands = (command: Argv<Everywhere>) =>
  command
    .command(
      'server',
      'Make the certificate of the engine: DIR/server/cert.pem and key.pem',
      (options) =>
        options
          .option('name', {
            type: 'string',
            array: true,
            requiresArg: true,
            default: [],
            describe: 'further DNS name or address',
          })
          .option('days', daysOption(825)),
      async ({ dir, name, days }) => {
        const issue = await issueServer({
          dir,
          names: name,
          days: parseDays(days),
          hostname: hostname(),
          by: caller(),
          now: new Date(),
        })
        print(
          `${issue.folder}: for ${issue.names.join(', ')}, until ${issue.notAfter.toISOString()}, serial ${issue.serial}`,
        )
      },
    )
    .command(
      'issue [login]',
      'Issue the certificate of a user: ca.pem, cert.pem and key.pem in ~LOGIN/.docker',
      (options) =>
        options
          .positional('login', { type: 'string', describe: 'login name' })
          .option('self', { ...flagOption, describe: 'for the user who called sudo' })
          .option('root', { ...flagOption, describe: 'also for an account of uid 0' })
          .option('out', { ...textOption, describe: 'another folder, which the user may write' })
          .option('days', daysOption(selfDays)),
      ({ dir, login, self, root, out, days }) => issueToUser({ dir, login, self, root, out, days: parseDays(days) }),
    )
    .command('hold', false, (options) => options, holdForOurselves)
    .demandCommand(1, 'a command is needed after cert')

/** yargs makes a list of a flag given twice; docker takes the last. */
const lastText = (value: string | readonly string[]): string =>
  typeof value === 'string' ? value : (value.at(-1) ?? '')
const isOn = (value: boolean | readonly boolean[]): boolean =>
  value === true || (value !== false && value.at(-1) === true)

const textOption = { type: 'string', requiresArg: true, coerce: lastText } as const
const flagOption = { type: 'boolean', default: false, coerce: isOn } as const
const daysOption = (days: number) => ({ ...textOption, default: `${days}`, describe: 'days it is good for' })

async function issueToUser({ dir, login, self, root, out, days }: IssueOptions): Promise<void> {
  if (self === (login !== undefined))
    throw new Failure('usage', 'either a login or --self is needed', { hint: `see ${program} cert issue --help` })
  if (self && (root || days > selfDays))
    throw new Failure('usage', `--self: at most ${selfDays} days, and never --root`, { hint: 'ask the administrator' })
  const holder =
    login === undefined
      ? await readSelf(process.env['SUDO_UID'], readAccount)
      : await readHolder(login, { root }, readAccount)
  const folder = out === undefined ? join(holder.home, '.docker') : resolve(out)
  const { serial, notAfter } = await issueClient({
    dir,
    holder,
    folder,
    giveFolder: !self && out !== undefined,
    days,
    by: caller(),
    now: new Date(),
    program: holdProgram(),
  })
  print(`${folder}: for ${holder.login}, until ${notAfter.toISOString()}, serial ${serial}`)
}

/** This program once more, for the user's side of an issue (src/admin/key-holder.ts). */
const holdProgram = () => [process.execPath, ...process.execArgv, process.argv[1] ?? '', 'cert', 'hold']

const holdForOurselves = () =>
  holdKey({ input: process.stdin, send: (line) => process.stdout.write(line), become: becomeAccount })

/** The human: behind sudo the one who called it. */
const caller = () => Number(process.env['SUDO_UID'] ?? process.getuid?.())

function printAuthority({ file, subject, serial, notBefore, notAfter, sha256 }: AuthorityFacts): void {
  print(`file     ${file}`)
  print(`subject  ${subject}`)
  print(`serial   ${serial}`)
  print(`valid    ${notBefore} to ${notAfter}`)
  print(`sha256   ${sha256}`)
}

const print = (line: string) => process.stdout.write(`${printable(line)}\n`)

async function run(): Promise<number> {
  try {
    await main()
    return 0
  } catch (error) {
    // A disk that is full and the like is no bug.
    if (!(error instanceof Error && 'syscall' in error)) throw error
    throw new Failure('settings', error.message, { hint: 'nothing was issued; mend this and try again' })
  }
}

const finish = async () => {
  process.exitCode = await report(program, (text) => process.stderr.write(text), run)
}

void finish()
