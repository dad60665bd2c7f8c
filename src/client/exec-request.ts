import { Failure } from '../failure.ts'
import { execFlags } from './exec-flags.ts'
import { parseFlags } from './parse.ts'
import { absolute, given, type Attach } from './run-request.ts'

/** What a dockerexec command line asks for. Pure. */
export type ExecRequest = {
  /** Undefined: the one container of this job or shell session. */
  readonly container: string | undefined
  /** None: a shell. */
  readonly command: readonly string[]
  readonly tty: boolean
  readonly detach: boolean
  readonly attach: Attach
  readonly environment: readonly string[]
  readonly environmentFiles: readonly string[]
  readonly user: string | undefined
  readonly workdir: string | undefined
  readonly detachKeys: string | undefined
}

const usageLine = 'dockerexec [OPTIONS] CONTAINER COMMAND [ARG...]'

export const parseExec = (argv: readonly string[]): ExecRequest | 'help' | 'version' => {
  const flags = parseFlags(execFlags, argv)
  if (flags.isOn('help')) return 'help'
  if (flags.isOn('version')) return 'version'
  const [container = '-', ...command] = flags.rest
  if (!/^(?:-|[A-Za-z0-9][A-Za-z0-9_.-]*)$/.test(container))
    throw new Failure('usage', `${container}: not a container's name or id`, { hint: usageLine })
  if (flags.rest.length > 0 && command.length === 0)
    throw new Failure('usage', 'no command is named', { hint: `${usageLine}; - stands for the one of this shell` })
  const detach = flags.isOn('detach')
  return {
    container: container === '-' ? undefined : container,
    command,
    tty: flags.isOn('tty'),
    detach,
    attach: { stdin: flags.isOn('interactive') && !detach, stdout: !detach, stderr: !detach },
    environment: flags.all('env'),
    environmentFiles: flags.all('env-file'),
    user: given(flags.last('user')),
    workdir: absolute(given(flags.last('workdir'))),
    detachKeys: given(flags.last('detach-keys')),
  }
}
