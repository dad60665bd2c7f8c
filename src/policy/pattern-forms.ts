/** What is wrong with a pattern in the policy file: one that would grant nothing, or more than it seems to. Pure. */
import { isDevicePath, splitSuffix } from './patterns.ts'

const hostForm = /^(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?$/
const partForm = /^(?:\*\*|\{login\}|[a-z0-9*](?:[a-z0-9*._-]*[a-z0-9*])?)$/

/** `docker.io/library/*`, `registry.example.org/**`, `*\/*\/tool:1.*`, `**@sha256:...`. */
export function objectToImagePattern(pattern: string): string | undefined {
  const [path, suffix] = splitSuffix(pattern)
  const hasBoth = suffix.startsWith('@') && /:[^/]*$/.test(path)
  if (hasBoth || !/^(?:|:[A-Za-z0-9_*][A-Za-z0-9_.*-]{0,127}|@sha256:[0-9a-f]{64})$/.test(suffix))
    return 'expected :TAG or @sha256:DIGEST behind the name, and not both'
  const [host = '', ...rest] = path.split('/')
  if (host === '**' && rest.length === 0) return undefined
  return (host === '*' || host === '**' ? undefined : objectToHost(host, rest, suffix)) ?? objectToPath(rest)
}

/** Names are written there for everybody on this engine: so the registry's own name has to stand there. */
export function objectToRepositoryPattern(pattern: string): string | undefined {
  const [path, suffix] = splitSuffix(pattern)
  if (suffix !== '') return 'expected a repository without tag and digest'
  const [host = '', ...rest] = path.split('/')
  if (host.includes('*')) return "expected the registry's own name first, such as registry.example.org"
  if (host === 'localhost' && rest[0]?.includes('*') === true)
    return 'this is where every user has names of their own: expected one name behind localhost/'
  return objectToHost(host, rest, suffix) ?? objectToPath(rest)
}

function objectToHost(host: string, rest: readonly string[], suffix: string): string | undefined {
  if (host === 'index.docker.io') return `expected docker.io, as it is called now`
  if (/[A-Z]/.test(host)) return 'expected a registry in lower case'
  const isHost = rest.length > 0 && (/[.:]/.test(host) || host === 'localhost')
  const [only] = isHost ? rest : [host]
  const isOfficial = (isHost ? host === 'docker.io' && rest.length === 1 : rest.length === 0) && only !== '**'
  if (isOfficial) return `expected the whole name: docker.io/library/${only}${suffix}`
  if (!isHost) return `expected the registry first: docker.io/${[host, ...rest].join('/')}${suffix}`
  return hostForm.test(host) ? undefined : `expected a registry such as docker.io or registry.example.org:5000 first`
}

function objectToPath(rest: readonly string[]): string | undefined {
  const bad = rest.find((part) => !partForm.test(part) || (part !== '**' && part.includes('**')))
  if (rest.length === 0) return 'expected a repository behind the registry'
  return bad === undefined
    ? undefined
    : 'expected parts in lower case between the slashes, with * for any text in one, and ** or {login} as a whole part'
}

/** `/dev/*` would be every disk: the first part below /dev begins with a name. */
export function objectToDevicePattern(pattern: string): string | undefined {
  const parts = pattern.split('/').slice(2)
  if (!isDevicePath(pattern) || !/^[A-Za-z0-9_]/.test(parts[0] ?? ''))
    return 'expected a device such as /dev/fuse or /dev/infiniband/*, not in a place that users write in'
  return parts.some((part) => part !== '**' && part.includes('**')) ? 'expected ** as a whole part' : undefined
}
