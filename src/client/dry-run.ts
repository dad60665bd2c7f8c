import type { CreateBody } from './create-body.ts'
import type { Mount } from './mount-wish.ts'
import type { Given } from './parse.ts'
import { at, textAt, textsAt } from './reply.ts'
import type { RunRequest } from './run-request.ts'

/** --dry-run: the `docker run` line that makes the same container, to be typed by the same user. Pure. */

/** What the line has from the body, since it says more there than the user did; and options of our own. */
const replaced =
  'user group-add cap-drop security-opt userns label label-file env env-file volume mount workdir entrypoint'.split(' ')

/** One line, quoted for sh. */
export const formatLine = (request: RunRequest, body: CreateBody): string =>
  ['docker', 'run', ...asked(request.flags.given), ...fromBody(request, body)].map(quote).join(' ')

const asked = (given: readonly Given[]): readonly string[] =>
  given.flatMap(({ flag: { name, sameAs = name, kind, ours }, text, value }) =>
    ours === true || replaced.includes(sameAs)
      ? []
      : kind === 'switch'
        ? [value === true ? `--${sameAs}` : `--${sameAs}=false`]
        : [`--${sameAs}`, text],
  )

const fromBody = ({ image, volumes }: RunRequest, body: CreateBody): readonly string[] => {
  const [entrypoint, ...before] = textsAt(body, 'Entrypoint')
  const option = (name: string, values: readonly string[]) => values.flatMap((value) => [`--${name}`, value])
  const workdir = textAt(body, 'WorkingDir') ?? ''
  return [
    ...option('user', [textAt(body, 'User') ?? '']),
    ...option('group-add', textsAt(body, 'HostConfig', 'GroupAdd')),
    ...option('cap-drop', textsAt(body, 'HostConfig', 'CapDrop')),
    ...option('security-opt', textsAt(body, 'HostConfig', 'SecurityOpt')),
    ...option('userns', [textAt(body, 'HostConfig', 'UsernsMode') ?? '']),
    ...option(
      'label',
      Object.entries(recordOf(body['Labels'])).map(([name, value]) => `${name}=${String(value)}`),
    ),
    ...option('env', textsAt(body, 'Env')),
    ...option('mount', mountsOf(at(body, 'HostConfig', 'Mounts')).map(formatMount)),
    ...option('volume', [...volumes.named, ...volumes.anonymous]),
    ...(workdir !== '' ? option('workdir', [workdir]) : []),
    ...(entrypoint === undefined ? [] : [`--entrypoint=${entrypoint}`]),
    '--',
    image,
    ...before,
    ...textsAt(body, 'Cmd'),
  ]
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const recordOf = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {})
const mountsOf = (value: unknown): readonly Mount[] => (Array.isArray(value) ? (value as readonly Mount[]) : [])

const formatMount = ({ Type, Source, Target, ReadOnly, Consistency, ...options }: Mount): string => {
  const { BindOptions: bind = {}, VolumeOptions: volume = {}, TmpfsOptions: memory = {} } = options
  const fields = [
    ['type', Type],
    ['source', Source],
    ['target', Target],
    ['readonly', ReadOnly],
    ['consistency', Consistency],
    ['bind-propagation', bind['Propagation']],
    ['bind-recursive', bind['ReadOnlyForceRecursive'] === true ? 'readonly' : undefined],
    ['bind-nonrecursive', bind['NonRecursive']],
    ['volume-nocopy', volume['NoCopy']],
    ['volume-subpath', volume['Subpath']],
    ...Object.entries(recordOf(volume['Labels'])).map(([name, value]) => ['volume-label', `${name}=${String(value)}`]),
    ['tmpfs-size', memory['SizeBytes']],
    ['tmpfs-mode', typeof memory['Mode'] === 'number' ? memory['Mode'].toString(8) : undefined],
  ]
  return fields
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) => csv(value === true ? `${String(name)}=true` : `${String(name)}=${String(value)}`))
    .join(',')
}

const csv = (field: string): string => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)

const quote = (word: string): string =>
  /^[A-Za-z0-9_/:=.,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
