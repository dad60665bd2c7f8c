/**
 * Faults planted into the gate, to see that the property test finds them: in a copy of its program that lives in a lab alone.
 * Each takes a rule out, by the words of its source; where these are no more, the fault has to be written anew.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import type { Engine } from '../support/engine.ts'
import type { Lab } from '../support/lab.ts'
import { checkout } from '../support/packages.ts'
import type { Flavor } from './good.ts'

type Edit = { readonly file: string; readonly from: string; readonly to: string }

export type Fault = Edit & {
  readonly name: string
  /** Where two rules hold the same. */
  readonly and?: Edit
  /** On which requests it shows; on a plain engine's unless it says so. */
  readonly flavor?: Flavor
}

/** Gate 2 alone. */
export const allowAll: Fault = {
  name: 'all that users ask is allowed',
  file: 'decide.ts',
  from: 'const [objection] = objectionsTo(request, facts, rules)',
  to: 'const objection = undefined as string | undefined',
}

/** Of gate 2, where gate 1 allows all. */
export const runtimeFaults: readonly Fault[] = [
  {
    name: 'the root file system has power',
    and: { file: 'create.ts', from: "    hands.must('', 'plain'),\n", to: '' },
  },
  {
    name: 'the volumes of anybody',
    and: {
      file: 'runtime-mounts.ts',
      from: "ownVolumes.has(volumeForm(dataRoot, source) ?? '')",
      to: 'ownVolumes.size < 99 && volumeForm(dataRoot, source) !== undefined',
    },
  },
  {
    name: 'the namespaces of anybody',
    and: {
      file: 'runtime-linux.ts',
      from: 'joined !== undefined && facts.isOwnContainer(joined)',
      to: 'joined !== undefined',
    },
  },
  {
    name: 'new privileges',
    and: {
      file: 'runtime-process.ts',
      from: "ids === 'remapped' || value === true ?",
      to: "ids === 'remapped' || value !== null ?",
    },
  },
].map((fault) => ({ ...allowAll, ...fault }))

const create = 'container-create.ts'

export const faults: readonly Fault[] = [
  { name: 'User is not looked at', file: 'identity.ts', from: 'return value === own ?', to: 'return value !== null ?' },
  {
    name: 'any uid with the own gid',
    file: 'identity.ts',
    from: 'return value === own ?',
    to: "return String(value).endsWith(':2001') || String(value).startsWith('2001') ?",
  },
  {
    name: 'SecurityOpt only has to begin well',
    file: 'identity.ts',
    from: 'isList(value) && value.length === 1 &&',
    to: 'isList(value) &&',
  },
  {
    name: 'CapAdd is granted',
    file: create,
    from: "CapAdd: none('no capability",
    to: "CapAdd: granted('strings', 'no capability",
  },
  {
    name: 'Privileged is granted',
    file: create,
    from: "Privileged: { only: [false], why: 'a privileged container",
    to: "Privileged: { any: 'boolean', why: 'a privileged container",
  },
  {
    name: 'the pids of any container',
    file: 'joins.ts',
    from: "export const pidMode = mode('pid', ['', 'private'])",
    to: 'export const pidMode: Check = () => undefined',
  },
  {
    name: 'the network of any container',
    file: 'networks.ts',
    from: 'reference === undefined ? objectToNetwork(value, facts) : objectToJoin(reference, facts)',
    to: 'reference === undefined ? objectToNetwork(value, facts) : undefined',
  },
  {
    name: 'bind sources need not be reachable',
    file: 'mounts.ts',
    from: "if (fact === undefined || fact.kind === 'unreachable' || fact.kind === 'cgroup')",
    to: "if (fact?.kind === 'unreachable') return undefined\n if (fact === undefined || fact.kind === 'cgroup')",
  },
  {
    name: 'Binds may name what is not there',
    file: 'mounts.ts',
    from: 'const why = objectToMount(mount, facts, isRemapped) ?? objectToPlace(mount, mounts)',
    to: "const why = mount.kind === 'bind' && mount.isMade ? undefined : objectToMount(mount, facts, isRemapped)",
  },
  {
    name: 'binds are not looked at again at the start',
    file: 'containers.ts',
    from: '(container?.binds ?? [])',
    to: '(container?.binds.slice(0, 0) ?? [])',
  },
  {
    name: 'a folder of root may be written, and targets nested',
    file: 'mounts.ts',
    from: 'const why = objectToMount(mount, facts, isRemapped) ?? objectToPlace(mount, mounts)',
    to: 'const why = objectToMount(mount, facts, isRemapped)',
  },
  {
    name: 'GroupAdd is not looked at',
    file: 'identity.ts',
    from: "typeof gid !== 'string' || !own.has(gid)",
    to: "typeof gid !== 'string'",
  },
  {
    name: 'any host port',
    file: 'ports.ts',
    from: 'portForm.test(value) && Number(value) >= ports.first && Number(value) <= ports.last',
    to: 'true',
  },
  {
    name: 'a host port below 1024',
    file: 'ports.ts',
    from: 'Number(value) >= ports.first',
    to: 'Number(value) >= 1',
  },
  {
    name: 'VolumesFrom of anybody',
    file: 'joins.ts',
    from: 'const reference = volumesFromReference(each)\n    const why = objectToJoin(reference, facts)',
    to: 'const reference = volumesFromReference(each)\n    const why = objectToJoin(reference, facts)\n    if (why !== undefined) continue',
  },
  {
    name: 'the volume of another',
    file: 'volumes.ts',
    from: 'if (isOwnVolume(fact)) return undefined',
    to: "if (isOwnVolume(fact) || fact === 'taken') return undefined",
  },
  {
    name: 'the network of another',
    file: 'networks.ts',
    from: "network?.whose === 'own'\n",
    to: 'network !== undefined\n',
  },
  {
    name: 'options of a volume',
    file: 'mounts.ts',
    from: "Options: { only: [empty], why: 'options of a volume",
    to: "Options: { any: 'map', why: 'options of a volume",
  },
  {
    name: 'shared propagation',
    file: 'mounts.ts',
    from: "only: ['', 'rprivate', 'private']",
    to: "only: ['', 'rprivate', 'private', 'rshared', 'shared', 'rslave']",
  },
  {
    name: 'any exec user',
    file: 'container-exec.ts',
    from: "return value === '' || value === own ?",
    to: "return typeof value === 'string' ?",
    and: {
      file: 'decide.ts',
      from: "(on === 'container' || isOwnProcess(facts))",
      to: 'true',
    },
  },
  {
    name: 'a privileged exec',
    file: 'container-exec.ts',
    from: "Privileged: { only: [false], why: 'a privileged process",
    to: "Privileged: { any: 'boolean', why: 'a privileged process",
    and: {
      file: 'decide.ts',
      from: "(on === 'container' || isOwnProcess(facts))",
      to: 'true',
    },
  },
  {
    name: 'the containers of anybody',
    file: 'decide.ts',
    from: 'return container?.owner === owner && (',
    to: 'return container !== undefined && (',
  },
  {
    name: 'a cgroup parent',
    file: create,
    from: 'CgroupParent: { required: true, check: cgroupParent,',
    to: "CgroupParent: { any: 'string',",
  },
  {
    name: 'any log driver',
    file: 'limits.ts',
    from: "only: ['', 'json-file', 'local', 'none'],",
    to: "any: 'string',",
  },
  {
    name: 'remapped containers write to binds',
    file: 'mounts.ts',
    from: "isRemapped && grants.remappedBinds === 'read-only' && !(readOnly && nonRecursive)",
    to: "String(grants.remappedBinds) === ''",
    flavor: 'remapped',
  },
  {
    name: "the host's ids for whom the rules of remapped ones hold",
    file: 'ids.ts',
    from: "return remapped === true && mode !== 'host' ?",
    to: 'return remapped === true ?',
    and: {
      file: create,
      from: "UsernsMode: { only: [''], why: 'must be host or empty (R01)' },",
      to: "UsernsMode: { any: 'string', why: 'must be host or empty (R01)' },",
    },
    flavor: 'remapped',
  },
]

const planted = ({ file, from, to }: Edit): Plugin => ({
  name: `fault in ${file}`,
  setup: (builder) => {
    builder.onLoad({ filter: new RegExp(`/src/(?:policy|runtime)/${file.replace('.', '\\.')}$`) }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      if (text.split(from).length !== 2) throw new Error(`${file} has not once: ${from}`)
      return { contents: text.replace(from, () => to), loader: 'ts' }
    })
  },
})

/** What build.sh does, with the fault in it, until it is disposed of. The lab has a copy of dist of its own. */
export async function plantFault(lab: Lab, engine: Engine, fault: Fault): Promise<AsyncDisposable> {
  const none = join(checkout, 'src/host/left-out.ts')
  const { outputFiles } = await build({
    entryPoints: [join(checkout, 'src/cli/dockerrun-authz.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    outdir: '/nowhere',
    alias: { ssh2: none, '@grpc/grpc-js': none, '@grpc/proto-loader': none },
    define: {
      'import.meta.dirname': '__dirname',
      'import.meta.url': '"file:///node_modules/yargs/lib/platform-shims/esm.mjs"',
    },
    plugins: [fault, ...(fault.and === undefined ? [] : [fault.and])].map(planted),
  })
  const program = lab.path('/usr/local/lib/dockerrun/dist/dockerrun-authz.cjs')
  const sound = readFileSync(program)
  const replace = async (contents: Uint8Array) => {
    writeFileSync(program, contents)
    await engine.gate.stop()
    await engine.gate.start()
  }
  const [made] = outputFiles
  if (made === undefined) throw new Error(`no gate was built with the fault: ${fault.name}`)
  await replace(made.contents)
  return { [Symbol.asyncDispose]: () => replace(sound) }
}
