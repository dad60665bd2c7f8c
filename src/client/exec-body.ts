import { userField, type Account } from '../contract/identity.ts'
import { entrypointVariables, fallbackShell } from '../contract/overlay.ts'
import { nameOf } from './environment.ts'
import type { ExecRequest } from './exec-request.ts'

/** ExecRequest + Account + the container's own variables -> the ContainerExec body. Pure. */
export const buildExecBody = (
  { command, environment, tty, attach, workdir, detachKeys }: ExecRequest,
  account: Account,
  containerEnvironment: readonly string[],
  given: readonly string[],
  size: readonly [number, number] | undefined,
): Readonly<Record<string, unknown>> => {
  const known = new Set([...containerEnvironment, ...given].map(nameOf))
  const own = { HOME: account.home, USER: account.login, LOGNAME: account.login, SHELL: fallbackShell }
  const missing = Object.entries(own).filter(([name]) => !known.has(name) && environment.every((each) => each !== name))
  const wanted = workdir ?? valueOf(containerEnvironment, entrypointVariables.workdir)
  return {
    User: userField(account),
    Cmd: command.length === 0 ? [fallbackShell] : command,
    Env: [...missing.map(([name, value]) => `${name}=${value}`), ...given],
    ...(wanted === undefined || wanted === '' ? {} : { WorkingDir: wanted }),
    Tty: tty,
    AttachStdin: attach.stdin,
    AttachStdout: attach.stdout,
    AttachStderr: attach.stderr,
    ...(detachKeys === undefined ? {} : { DetachKeys: detachKeys }),
    ...(tty && size !== undefined ? { ConsoleSize: size } : {}),
  }
}

/** The entrypoint entered this one; WorkingDir of the container itself is `/`. */
const valueOf = (environment: readonly string[], name: string): string | undefined =>
  environment.find((each) => nameOf(each) === name)?.slice(name.length + 1)
