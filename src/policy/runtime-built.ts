/**
 * A container that a classic build of an administrator's makes without a record (moby builder/dockerfile/containerbackend.go):
 * root's, and no more than the engine gives by itself.
 */
import { parseJson, writeJson, type Json } from '../contract/json.ts'
import { fieldAt, listAt, textAt } from './fields.ts'
import { isPlainPath } from './paths.ts'
import { findDataRoot } from './runtime-facts.ts'
import { isSame, objectToSeccomp } from './runtime-seccomp.ts'
import { anonymousForm } from './volumes.ts'

/** `reference` is the spec of a container of root's that asks for nothing. */
export function objectToBuilt(spec: Json, id: string, reference: Json): string | undefined {
  const dataRoot = findDataRoot(textAt(spec, 'root', 'path'))
  if (dataRoot === undefined) return 'its root file system is where gate 2 does not know it'
  const foreign = listAt(spec, 'mounts').find((mount) => !isEngines(mount, `${dataRoot}/`, id, reference))
  if (foreign !== undefined) return `it has a mount at ${textAt(foreign, 'destination').slice(0, 200)}`
  const granted = new Set(listAt(reference, 'process', 'capabilities', 'bounding'))
  const sets = ['bounding', 'effective', 'permitted', 'inheritable', 'ambient']
  if (sets.some((set) => listAt(spec, 'process', 'capabilities', set).some((each) => !granted.has(each))))
    return 'it has capabilities'
  if (listAt(spec, 'linux', 'devices').length > 0) return 'it has a device'
  const hooks = fieldAt(spec, 'hooks')
  if (hooks !== undefined && !isSame(withoutIds(hooks), withoutIds(fieldAt(reference, 'hooks') ?? null)))
    return 'it has hooks'
  const same = ['linux', 'resources', 'devices'] as const
  if (!isSame(fieldAt(spec, ...same), fieldAt(reference, ...same))) return 'it may use devices'
  const seccomp = objectToSeccomp(fieldAt(spec, 'linux', 'seccomp'), fieldAt(reference, 'linux', 'seccomp'))
  return seccomp === undefined ? objectToSpaces(spec, reference) : `seccomp ${seccomp}`
}

/** moby oci/caps/defaults.go */
const defaultCapabilities = new Set<Json>(
  `CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE`
    .split(' ')
    .map((name) => `CAP_${name}`),
)

/**
 * The reference itself, before it is believed: engine 20.10 lets whoever may start a container change what it is (M20), and what
 * is in here would be everybody's.
 */
export function objectToReference(spec: Json, id: string): string | undefined {
  const dataRoot = findDataRoot(textAt(spec, 'root', 'path'))
  if (dataRoot === undefined) return 'its root file system is where gate 2 does not know it'
  const own = `${dataRoot}/containers/${id}/`
  const isPlain = (mount: Json) =>
    textAt(mount, 'type') !== 'bind' ||
    textAt(mount, 'destination') === '/sbin/docker-init' ||
    (isPlainPath(textAt(mount, 'source')) && textAt(mount, 'source').startsWith(own))
  if (!listAt(spec, 'mounts').every(isPlain)) return 'it has a bind'
  if (!listAt(spec, 'process', 'capabilities', 'bounding').every((each) => defaultCapabilities.has(each)))
    return 'it has capabilities'
  if (listAt(spec, 'linux', 'devices').length > 0) return 'it has a device'
  // Any device may be made, and none of them opened, by default.
  const isBroad = (rule: Json) =>
    fieldAt(rule, 'allow') === true && fieldAt(rule, 'major') === undefined && textAt(rule, 'access') !== 'm'
  if (listAt(spec, 'linux', 'resources', 'devices').some(isBroad)) return 'it may use all devices'
  if (listAt(spec, 'linux', 'maskedPaths').length === 0) return 'nothing is hidden from it'
  if (listAt(spec, 'hooks', 'createRuntime').length + listAt(spec, 'hooks', 'createContainer').length > 0)
    return 'it has hooks'
  return objectToSpaces(spec, spec)
}

/** The engine's own for this container, or a volume that came with it. */
function isEngines(mount: Json, dataRoot: string, id: string, reference: Json): boolean {
  const source = textAt(mount, 'source')
  if (textAt(mount, 'type') !== 'bind' || listAt(reference, 'mounts').some((each) => isSame(each, mount))) return true
  if (!isPlainPath(source) || !source.startsWith(dataRoot)) return false
  const [folder = '', name = '', data] = source.slice(dataRoot.length).split('/')
  return (
    (folder === 'containers' && name === id) || (folder === 'volumes' && anonymousForm.test(name) && data === '_data')
  )
}

/** libnetwork's hook names the container, its own process and the engine. */
const withoutIds = (hooks: Json): Json => {
  const text = writeJson(hooks)
    .replaceAll(/[0-9a-f]{12,64}/g, 'ID')
    .replaceAll(/\/proc\/[0-9]+\//g, '/proc/PID/')
  const read = parseJson(Buffer.from(text))
  return 'value' in read ? read.value : null
}

/** docker build --network shares one of root's. */
function objectToSpaces(spec: Json, reference: Json): string | undefined {
  const spaces = listAt(spec, 'linux', 'namespaces')
  const types = spaces.map((each) => textAt(each, 'type'))
  const missing = listAt(reference, 'linux', 'namespaces')
    .map((each) => textAt(each, 'type'))
    .find((type) => type !== 'network' && !types.includes(type))
  if (missing !== undefined) return `it has the host's ${missing} namespace`
  const joined = spaces.find((each) => textAt(each, 'type') !== 'network' && textAt(each, 'path') !== '')
  return joined === undefined ? undefined : `it joins a ${textAt(joined, 'type')} namespace`
}
