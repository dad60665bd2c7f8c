import process from 'node:process'
import manifest from '../../package.json' with { type: 'json' }
import { parseExec } from '../client/exec-request.ts'
import { leave, report } from './report.ts'

/** dockerexec [OPTIONS] CONTAINER COMMAND [ARG...] */

const main = async (): Promise<number> => {
  const request = parseExec(process.argv.slice(2))
  if (request === 'version') return print(`dockerexec ${manifest.version}\n`)
  if (request === 'help') return print(await helpText())
  const [
    { readSettings },
    { withEngine },
    { findEndpoint },
    { openEngine },
    { openTerminal },
    { exec },
    { exitStatus },
  ] = await Promise.all([
    import('../client/config-files.ts'),
    import('../client/config.ts'),
    import('../host/endpoint.ts'),
    import('../host/http.ts'),
    import('../host/terminal.ts'),
    import('../client/exec.ts'),
    import('../client/exit-status.ts'),
  ])
  const engine = await openEngine(findEndpoint(withEngine(process.env, await readSettings(process.env))))
  const outcome = await exec(request, { engine, env: process.env, terminal: openTerminal() })
  if (outcome.kind === 'forced') process.exit(exitStatus(outcome))
  return exitStatus(outcome)
}

const helpText = async () => {
  const [{ buildHelp }, { execFlags }] = await Promise.all([
    import('../client/help.ts'),
    import('../client/exec-flags.ts'),
  ])
  const purpose = 'Run a command as yourself in a container of yours that runs.'
  return buildHelp('dockerexec [OPTIONS] CONTAINER COMMAND [ARG...]', purpose, execFlags)
}

const print = (text: string): number => {
  process.stdout.write(text)
  return 0
}

report('dockerexec', (text) => void process.stderr.write(text), main).then(leave, () => leave(125))
