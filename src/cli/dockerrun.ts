import { basename, resolve } from 'node:path'
import process from 'node:process'
import manifest from '../../package.json' with { type: 'json' }
import { parseRun } from '../client/run-request.ts'
import { Failure } from '../failure.ts'
import type { Endpoint } from '../host/endpoint.ts'
import { leave, printable, report } from './report.ts'
import { workingDirectory } from './working-directory.ts'

/** dockerrun [OPTIONS] IMAGE [COMMAND] [ARG...] */

/** dist/dockerrun.cjs, or this file as it stands in src/cli. */
const isBundled = basename(import.meta.dirname) !== 'cli'

const main = async (): Promise<number> => {
  const argv = process.argv.slice(2)
  if (argv.some((word) => word.startsWith('--completion'))) {
    const text = await completionText(argv)
    if (text !== undefined) return print(text)
  }
  const request = parseRun(argv)
  if (request === 'version') return print(`dockerrun ${manifest.version}\n`)
  if (request === 'help') return print(await helpText())
  const [{ readSettings }, { formatSettings, withEngine }] = await Promise.all([
    import('../client/config-files.ts'),
    import('../client/config.ts'),
  ])
  const settings = await readSettings(process.env)
  if (request.instead === 'show-config') return print(formatSettings(settings))
  const env = withEngine(process.env, settings)
  const [{ findEndpoint }, { openEngine }, { openTerminal }, { run }, { exitStatus }] = await Promise.all([
    import('../host/endpoint.ts'),
    import('../host/http.ts'),
    import('../host/terminal.ts'),
    import('../client/run.ts'),
    import('../client/exit-status.ts'),
  ])
  const endpoint = findEndpoint(env)
  const [engine] = await Promise.all([openEngine(endpoint), warn(endpoint)])
  const outcome = await run(request, {
    engine,
    env: process.env,
    settings,
    cwd: workingDirectory(),
    entrypoint: resolve(import.meta.dirname, isBundled ? '..' : '../..', 'entrypoint/entrypoint.sh'),
    notice,
    print: (line) => void print(`${line}\n`),
    terminal: openTerminal(),
  })
  if (outcome.kind === 'forced') process.exit(exitStatus(outcome))
  return exitStatus(outcome)
}

const notice = (line: string): void => void process.stderr.write(`dockerrun: ${printable(line)}\n`)

const warn = async (endpoint: Endpoint): Promise<void> => {
  if (endpoint.kind === 'unix' || endpoint.certificate === undefined) return
  const { warnOfEnd } = await import('../host/certificate-end.ts')
  const line = warnOfEnd(endpoint.certificate.cert, Date.now())
  if (line !== undefined) notice(line)
}

const helpText = async () => {
  const [{ buildHelp }, { runFlags }] = await Promise.all([
    import('../client/help.ts'),
    import('../client/run-flags.ts'),
  ])
  const purpose =
    'Run a command in a new container as yourself: your uid, your groups, your home, and no more rights than here.'
  return buildHelp('dockerrun [OPTIONS] IMAGE [COMMAND] [ARG...]', purpose, runFlags)
}

/** Undefined where the word belongs to the command. */
const completionText = async (argv: readonly string[]) => {
  const [{ parseFlags }, { runFlags }] = await Promise.all([
    import('../client/parse.ts'),
    import('../client/run-flags.ts'),
  ])
  const shell = parseFlags(runFlags, argv).last('completion')
  if (shell === undefined) return undefined
  const { buildCompletion } = await import('../client/completion.ts')
  const text = buildCompletion(shell)
  if (text === undefined)
    throw new Failure('usage', `--completion ${shell}: no such shell`, { hint: 'say bash, zsh or fish' })
  return text
}

const print = (text: string): number => {
  process.stdout.write(text)
  return 0
}

report('dockerrun', (text) => void process.stderr.write(text), main).then(leave, () => leave(125))
