import { Failure } from '../failure.ts'
import { execFlags } from './exec-flags.ts'
import { parseFlags } from './parse.ts'
import { absolute } from './run-request.ts'

/** What a dockerexec command line asks for. Pure. */
export type ExecRequest = {
  readonly container: string
  readonly command: readonly string[]
  readonly interactive: boolean
  readonly tty: boolean
  readonly detach: boolean
  readonly environment: readonly string[]
  readonly workdir: string | undefined
}

export const parseExec = (argv: readonly string[]): ExecRequest | 'help' | 'version' => {
  const flags = parseFlags(execFlags, argv)
  if (flags.isOn('help')) return 'help'
  if (flags.isOn('version')) return 'version'
  const [container = '', ...command] = flags.rest
  const hint = 'dockerexec [OPTIONS] CONTAINER COMMAND [ARG...]'
  if (container === '') throw new Failure('usage', 'no container is named', { hint })
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(container))
    throw new Failure('usage', `${container}: not a container's name or id`, { hint })
  if (command.length === 0) throw new Failure('usage', 'no command is named', { hint })
  return {
    container,
    command,
    interactive: flags.isOn('interactive'),
    tty: flags.isOn('tty'),
    detach: flags.isOn('detach'),
    environment: flags.all('env'),
    workdir: absolute(flags.last('workdir')),
  }
}
