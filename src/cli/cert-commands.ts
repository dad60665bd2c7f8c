/** dockerrunctl cert: certificates for the engine and for users, which of them are good, and which no longer. */
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import type { Argv } from 'yargs'
import { readHolder, readSelf } from '../admin/holder-account.ts'
import { issueClient } from '../admin/issue-client.ts'
import { issueServer } from '../admin/issue-server.ts'
import { becomeAccount, holdKey } from '../admin/key-holder.ts'
import { listCertificates, revokeCertificates } from '../admin/revoke.ts'
import { parseDays } from '../admin/validity.ts'
import { Failure } from '../failure.ts'
import { readAccount } from '../host/accounts.ts'
import { daysOption, flagOption, textOption, type Everywhere } from './options.ts'
import { print } from './report.ts'

/** A certificate got without an administrator is a short one, whatever its user asks for. */
const selfDays = 30

type IssueOptions = Everywhere & {
  readonly login: string | undefined
  readonly self: boolean
  readonly root: boolean
  readonly out: string | undefined
  readonly days: number
}
type RevokeOptions = Everywhere & {
  readonly serials: readonly string[]
  readonly user: string | undefined
  readonly unknown: boolean
}

export const certCommands = (command: Argv<Everywhere>) =>
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
    .command(
      'list',
      'List the certificates that are valid',
      (options) => options.option('all', { ...flagOption, describe: 'the expired and revoked ones too' }),
      ({ dir, all }) => list(dir, all),
    )
    .command(
      'revoke [serials..]',
      'Revoke certificates: their next request is refused',
      (options) =>
        options
          .positional('serials', { type: 'string', array: true, default: [], describe: 'serials, in hexadecimal' })
          .option('user', { ...textOption, describe: 'all valid ones of this login' })
          .option('unknown', { ...flagOption, describe: 'also serials of another CA' }),
      ({ dir, serials, user, unknown }) => revoke({ dir, serials, user, unknown }),
    )
    .command('hold', false, (options) => options, holdForOurselves)
    .demandCommand(1, 'a command is needed after cert')

async function issueToUser({ dir, login, self, root, out, days }: IssueOptions): Promise<void> {
  if (self === (login !== undefined))
    throw new Failure('usage', 'either a login or --self is needed', { hint: `see dockerrunctl cert issue --help` })
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

async function list(dir: string, all: boolean): Promise<void> {
  for (const { serial, state, until, names } of await listCertificates(dir, new Date()))
    if (all || state === 'valid') print(`${serial}  ${state.padEnd(7)}  ${until}  ${names.join(',')}`)
}

async function revoke({ dir, serials, user, unknown }: RevokeOptions): Promise<void> {
  if ((user === undefined) === (serials.length === 0) || (user !== undefined && unknown))
    throw new Failure('usage', 'either serials or --user is needed', { hint: 'see dockerrunctl cert revoke --help' })
  const which = user === undefined ? { serials, unknown } : { login: user }
  for (const { serial, login, isNew } of await revokeCertificates({ dir, which, by: caller(), now: new Date() }))
    print(`${serial}: ${login === undefined ? '' : `of ${login}, `}${isNew ? 'revoked' : 'revoked before'}`)
}
