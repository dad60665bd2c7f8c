/** dockerrunctl cert: certificates for the engine and for users, which of them are good, and which no longer. */
import { join } from 'node:path'
import type { Argv } from 'yargs'
import { showFile, showIssued, type Shown } from '../admin/cert-show.ts'
import { becomeAccount, holdKey } from '../admin/key-holder.ts'
import { listCertificates, revokeCertificates } from '../admin/revoke.ts'
import { parseDays } from '../admin/validity.ts'
import { Failure } from '../failure.ts'
import { readInput } from './cert-input.ts'
import { caller, issueToServer, issueToUser, ownFolder, renew, selfDays } from './cert-issue.ts'
import { announceRevoked, socketOption } from './cert-record.ts'
import { request, sign } from './cert-sign.ts'
import { daysOption, flagOption, textOption, type Everywhere } from './options.ts'
import { print } from './report.ts'

const nameOption = {
  type: 'string',
  array: true,
  requiresArg: true,
  default: [],
  describe: 'further DNS name or address',
} as const
const outOption = { ...textOption, describe: 'another folder, which the user may write' } as const
const rootOption = { ...flagOption, describe: 'also for an account of uid 0' } as const

export const certCommands = (command: Argv<Everywhere>) =>
  command
    .command(
      'server',
      'Make the certificate of the engine: DIR/server/cert.pem and key.pem',
      (options) => options.option('name', nameOption).option('days', daysOption(825)).option('socket', socketOption),
      ({ dir, name, days, socket }) => issueToServer({ dir, name, days: parseDays(days), socket }),
    )
    .command(
      'issue [login]',
      'Issue the certificate of a user: ca.pem, cert.pem and key.pem in ~LOGIN/.docker',
      (options) =>
        options
          .positional('login', { type: 'string', describe: 'login name' })
          .option('self', { ...flagOption, describe: 'for the user who called sudo' })
          .option('root', rootOption)
          .option('out', outOption)
          .option('days', daysOption(selfDays))
          .option('socket', socketOption),
      ({ dir, login, self, root, out, days, socket }) =>
        issueToUser({ dir, login, self, root, out, days: parseDays(days), socket }),
    )
    .command(
      'renew [login]',
      'Make a certificate anew, for as long and with the same names, when less than a third of its time is left',
      (options) =>
        options
          .positional('login', { type: 'string', describe: 'login name' })
          .option('self', { ...flagOption, describe: 'your own; run without sudo, which it calls' })
          .option('server', { ...flagOption, describe: "the engine's" })
          .option('force', { ...flagOption, describe: 'before it is due too' })
          .option('out', outOption)
          .option('socket', socketOption),
      ({ dir, login, self, server, force, out, socket }) => renew({ dir, login, self, server, force, out, socket }),
    )
    .command(
      'request',
      "Make a key in ~/.docker, or the engine's in DIR/server, and print the request that another host's CA signs",
      (options) =>
        options
          .option('server', { ...flagOption, describe: "for the engine's certificate" })
          .option('out', { ...textOption, describe: 'another folder for the key' }),
      ({ dir, server, out }) => request({ dir, server, out }),
    )
    .command(
      'sign <request>',
      'Sign the request of another host: only its key is taken from it',
      (options) =>
        options
          .positional('request', { type: 'string', demandOption: true, describe: 'the file of the request' })
          .option('login', { ...textOption, describe: 'for this user' })
          .option('root', rootOption)
          .option('server', { ...flagOption, describe: 'for an engine, which has each --name' })
          .option('name', nameOption)
          .option('days', { ...textOption, describe: 'days it is good for' })
          .option('out', { ...textOption, describe: 'a file for the certificate, instead of standard output' })
          .option('socket', socketOption),
      ({ dir, request: file, login, root, server, name, days, out, socket }) =>
        sign({ dir, file, login, root, server, name, days: optionalDays(days), out, socket }),
    )
    .command(
      'list',
      'List the certificates that are valid',
      (options) => options.option('all', { ...flagOption, describe: 'the expired and revoked ones too' }),
      ({ dir, all }) => list(dir, all),
    )
    .command(
      'show [which]',
      'Show a certificate: of a login, of a serial, in a file, or your own',
      (options) => options.positional('which', { type: 'string', describe: 'a login, a serial or the path of a file' }),
      ({ dir, which }) => show(dir, which),
    )
    .command(
      'revoke [serials..]',
      'Revoke certificates: their next request is refused',
      (options) =>
        options
          .positional('serials', { type: 'string', array: true, default: [], describe: 'serials, in hexadecimal' })
          .option('user', { ...textOption, describe: 'all valid ones of this login' })
          .option('from', { ...textOption, describe: "all on another host's revoked.jsonl" })
          .option('unknown', { ...flagOption, describe: 'also serials of another CA' })
          .option('socket', socketOption),
      ({ dir, serials, user, from, unknown, socket }) => revoke({ dir, serials, user, from, unknown, socket }),
    )
    .command('hold', false, (options) => options, holdForOurselves)
    .demandCommand(1, 'a command is needed after cert')

const optionalDays = (days: string | undefined): number | undefined =>
  days === undefined ? undefined : parseDays(days)

const holdForOurselves = () =>
  holdKey({ input: process.stdin, send: (line) => process.stdout.write(line), become: becomeAccount })

async function list(dir: string, all: boolean): Promise<void> {
  for (const { serial, state, until, names } of await listCertificates(dir, new Date()))
    if (all || state === 'valid') print(`${serial}  ${state.padEnd(7)}  ${until}  ${names.join(',')}`)
}

async function show(dir: string, which = join(ownFolder(), 'cert.pem')): Promise<void> {
  const now = new Date()
  const found = which.includes('/') ? [await showFile(dir, which, now)] : await showIssued(dir, which, now)
  for (const [index, shown] of found.entries()) printShown(shown, index > 0)
}

function printShown(shown: Shown, isNext: boolean): void {
  if (isNext) print('')
  for (const [name, value] of shown) print(`${name.padEnd(7)}  ${value}`)
}

type RevokeOptions = Everywhere & {
  readonly serials: readonly string[]
  readonly user: string | undefined
  readonly from: string | undefined
  readonly unknown: boolean
  readonly socket: string
}

async function revoke({ dir, serials, user, from, unknown, socket }: RevokeOptions): Promise<void> {
  const isOne = [user !== undefined, from !== undefined, serials.length > 0].filter(Boolean).length === 1
  if (!isOne || (unknown && serials.length === 0))
    throw new Failure('usage', 'either serials, --user or --from is needed', {
      hint: 'see dockerrunctl cert revoke --help',
    })
  const which =
    user !== undefined
      ? { login: user }
      : from !== undefined
        ? { list: await readInput(from), from }
        : { serials, unknown }
  const revoked = await revokeCertificates({ dir, which, by: caller(), now: new Date() })
  await announceRevoked(socket, revoked, caller())
  for (const { serial, login, isNew } of revoked)
    print(`${serial}: ${login === undefined ? '' : `of ${login}, `}${isNew ? 'revoked' : 'revoked before'}`)
}
