/**
 * A container that a classic build of an administrator's makes without a record (moby builder/dockerfile/containerbackend.go):
 * root's, and no more than the engine gives by itself.
 */
import type { Json } from '../contract/json.ts'
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
  const same = ['linux', 'resources', 'devices'] as const
  if (!isSame(fieldAt(spec, ...same), fieldAt(reference, ...same))) return 'it may use devices'
  const seccomp = objectToSeccomp(fieldAt(spec, 'linux', 'seccomp'), fieldAt(reference, 'linux', 'seccomp'))
  return seccomp === undefined ? objectToSpaces(spec, reference) : `seccomp ${seccomp}`
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
