import { Failure } from '../failure.ts'

/** What an engine's error means. The only place that reads its wording; each pattern names where it was found. */

const denied = 'the gate of this engine decides; ask the administrator for what it should grant'

const inImage = 'the command is looked up in the image, not on this host'

export const engineFailure = (status: number, message: string): Failure => {
  const text = message.trim() === '' ? `the engine answered ${status}` : message.trim()
  // moby pkg/authorization/authz.go, 20.10 to 29: "authorization denied by plugin NAME: WHY"
  const [, why] = /^authorization denied by plugin [^:]+: (.*)$/s.exec(text) ?? []
  if (why !== undefined) return new Failure('engine-refused', why, { hint: denied })
  // the same file: "plugin NAME failed with error: ..." when it does not answer; pkg/plugins: "Plugin not found" at a reload
  if (status === 500 && /^plugin .* failed with error: |^legacy plugin: plugin not found/.test(text))
    return new Failure('engine-failed', 'the gate in front of the engine does not answer, so nothing is allowed', {
      hint: 'tell the administrator: is dockerrun-authz running?',
    })
  // net/http server.go: an https port spoken to in plain
  if (text.startsWith('Client sent an HTTP request to an HTTPS server'))
    return new Failure('settings', 'the engine wants TLS', { hint: 'set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH' })
  return new Failure('engine-failed', text, {
    hint: "these are the engine's own words; if they do not help, ask the administrator",
  })
}

/**
 * How often it is worth asking again. The gate refuses before anything is done: where too many requests of this user wait
 * (plugin/paths.ts) there will be a turn; where it could not decide (plugin/answer.ts) it may have been too late for its engine.
 */
export const turnsLeft = (status: number, message: string): number => {
  const [, why = ''] = (status === 403 && /^authorization denied by plugin [^:]+: (.*)$/s.exec(message)) || []
  if (/\btoo many requests of yours at a time\b/.test(why)) return Infinity
  return /\bthe gate could not decide\b/.test(why) ? 5 : 0
}

/**
 * A start that failed: 127 where the command is missing, 126 where it cannot be executed (docker/cli run.go, toStatusError).
 * runc libcontainer, 1.1 to 1.3: `exec: "x": executable file not found in $PATH`, `exec: "/x": stat /x: no such file or
 * directory`, `exec: "/x": permission denied`, `exec: "/x": is a directory`. Anything else, mounts included, is the engine's.
 */
export const startFailure = (status: number, message: string): Failure => {
  // runc libcontainer/init_linux.go, 1.1 to 1.3
  const [, folder, reason] =
    /chdir to cwd \("([^"]*)"\) set in config\.json failed: (.*?)(?:: unknown)?$/s.exec(message.trim()) ?? []
  if (folder !== undefined)
    return new Failure('not-executable', `${folder}: cannot be entered (${reason ?? ''})`, {
      hint: 'choose another folder with -w',
      status: 126,
    })
  const [, command, why] = /exec: "([^"]*)": (.*?)(?:: unknown)?$/s.exec(message.trim()) ?? []
  if (command === undefined || why === undefined) return engineFailure(status, message)
  if (/executable file not found|no such file or directory/.test(why))
    return new Failure('not-found', `${command}: not found in the image`, { hint: inImage, status: 127 })
  if (/permission denied|is a directory|exec format error/.test(why))
    return new Failure('not-executable', `${command}: cannot be executed`, { hint: inImage, status: 126 })
  return engineFailure(status, message)
}

/** moby daemon/exec.go and libcontainerd, 20.10 to 29: what an exec says that could not be started. */
export const isExecFailure = (text: string): boolean => text.startsWith('OCI runtime exec failed: ')
