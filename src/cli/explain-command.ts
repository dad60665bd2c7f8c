/** dockerrunctl policy explain: why the running gate would allow or deny what a command line does, or has done so before. */
import process from 'node:process'
import type { Argv, CommandModule } from 'yargs'
import { explainLine } from '../admin/explain-line.ts'
import { findRecord } from '../admin/explain-record.ts'
import { describeRecord, describeSeen, objectOf, verdictWord } from '../admin/explain-text.ts'
import type { Account } from '../contract/identity.ts'
import { Failure } from '../failure.ts'
import { readAccount } from '../host/accounts.ts'
import { parseSettings } from '../plugin/settings.ts'
import { flagOption, textOption } from './options.ts'
import { print } from './report.ts'
import { workingDirectory } from './working-directory.ts'

type Options = {
  readonly id: string | undefined
  readonly as: string | undefined
  readonly socket: string
  readonly engine: string
  readonly file: string
  readonly seconds: string
  readonly json: boolean
}

/** The gate's own defaults. */
const settings = parseSettings([])

export const explainCommand: CommandModule<object, Options> = {
  command: 'explain [id]',
  describe: 'Say why a decision was made, or what it would be: policy explain [OPTIONS] -- docker run ...',
  builder: (command: Argv<object>) =>
    command
      .positional('id', { type: 'string', describe: 'of a decision in the audit log' })
      .option('as', { ...textOption, describe: 'run the line as this login, instead of who calls' })
      .option('socket', { ...textOption, default: settings.socket, describe: 'where the gate is asked' })
      .option('engine', { ...textOption, default: settings.engine, describe: "the engine's root socket" })
      .option('file', { ...textOption, default: settings.audit, describe: 'the audit log' })
      .option('seconds', { ...textOption, default: '30', describe: 'how long the line may take' })
      .option('json', { ...flagOption, describe: 'as JSON' }),
  handler: async (options) => {
    const line = splitLine(process.argv.slice(2)).line
    if ((options.id === undefined) === (line.length === 0))
      throw new Failure('usage', 'either the id of a decision or a command line is needed', {
        hint: 'dockerrunctl policy explain -- docker run IMAGE',
      })
    const isAllowed =
      options.id === undefined ? await explainWords(line, options) : await explainId(options.id, options)
    // Read by dockerrunctl when all is done.
    process.exitCode = isAllowed ? 0 : 1
  },
}

/** What follows `--` is another program's command line, and not for yargs to read. Other commands keep theirs. */
export function splitLine(argv: readonly string[]): {
  readonly own: readonly string[]
  readonly line: readonly string[]
} {
  const at = argv.indexOf('--')
  const isExplain = argv.slice(0, Math.max(at, 0)).includes('explain')
  return isExplain ? { own: argv.slice(0, at), line: argv.slice(at + 1) } : { own: argv, line: [] }
}

async function explainId(id: string, { file, json }: Options): Promise<boolean> {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
    throw new Failure('usage', `${id}: that is no id of a decision`, {
      hint: 'dockerrunctl audit --json shows them; before a command line goes --',
    })
  const entry = await findRecord(file, id)
  if (json) print(entry.text)
  else describeRecord(entry).forEach(print)
  return entry.line['verdict'] === 'allow'
}

async function explainWords(line: readonly string[], options: Options): Promise<boolean> {
  const account = await readSubject(options.as ?? process.env['SUDO_UID'] ?? String(process.getuid?.()))
  const seconds = readSeconds(options.seconds)
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  const { socket, engine, json } = options
  const folder = workingDirectory() ?? '/'
  const { seen, end } = await explainLine({ account, line, folder, seconds, socket, engine, stop: stop.signal })
  if (stop.signal.aborted) throw new Failure('usage', 'interrupted', { hint: 'nothing was done', status: 130 })
  const [program = ''] = line
  const last = end.said.trim().split('\n').slice(-mostLines).join('; ')
  const words = last === '' ? '' : `: ${last}`
  if (seen.length === 0 && end.kind === 'ended')
    throw new Failure('not-found', `${program} asked nothing of the engine and ended with ${end.status}${words}`, {
      hint: `does it run as ${account.login}? DOCKER_HOST leads it here: leave -H and --context out`,
    })
  const isAllowed = seen.every(({ explanation }) => explanation.verdict === 'allow')
  if (json) print(JSON.stringify({ user: account.login, uid: account.uid, ...jsonOf(isAllowed, seen) }))
  else {
    print(`${account.login} (uid ${account.uid}, groups ${account.groups.map(({ gid }) => gid).join(' ')})`)
    for (const each of seen) describeSeen(each).forEach(print)
    if (end.kind === 'ended' && end.status !== 0) print(`${program} ended with ${end.status}${words}`)
  }
  if (end.kind === 'late')
    throw new Failure('settings', `${program} was not done within ${seconds} s, and was ended`, {
      hint: 'what it asked until then is above; --seconds gives it longer',
    })
  return isAllowed
}

/** Of what the program said: its complaint, and the hint below it. */
const mostLines = 3

const jsonOf = (isAllowed: boolean, seen: Awaited<ReturnType<typeof explainLine>>['seen']) => ({
  verdict: verdictWord(isAllowed ? 'allow' : 'deny'),
  requests: seen.map(({ wire, explanation }) => ({
    method: wire.RequestMethod,
    target: wire.RequestUri,
    ...explanation,
    object: objectOf(wire, explanation),
  })),
})

/** `login` may be a uid in digits. */
async function readSubject(login: string): Promise<Account> {
  const account = await readAccount(login)
  if (account === undefined)
    throw new Failure('account', `${login}: no such account`, { hint: `this must find it: getent passwd '${login}'` })
  return account
}

function readSeconds(text: string): number {
  const seconds = /^[1-9][0-9]{0,2}$/.test(text) ? Number(text) : 0
  if (seconds === 0 || seconds > 600)
    throw new Failure('usage', `--seconds ${text}: that is no number from 1 to 600`, { hint: 'leave it out for 30' })
  return seconds
}
