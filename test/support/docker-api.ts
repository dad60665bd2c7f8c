/**
 * What Docker publishes of its API, read from @docker/node-sdk with TypeScript's own checker: for each operation its query
 * parameters and the fields of its body, all the way down. The package's types are generated from Docker's OpenAPI
 * document; its client is written by hand, and where it does not send what Docker documents, `mended` says so.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ClassDeclaration, Expression, Node } from 'typescript/unstable/ast'
import { isCallExpression, isClassDeclaration, isMethodDeclaration } from 'typescript/unstable/ast/is'
import { API, type Checker, type Type } from 'typescript/unstable/sync'

export type Shape =
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, Shape> }
  | { readonly kind: 'map'; readonly value: Shape }
  | { readonly kind: 'list'; readonly item: Shape }
  /** The values where Docker names them all. */
  | {
      readonly kind: 'value'
      readonly type: 'string' | 'number' | 'boolean' | 'any'
      readonly values: readonly string[]
    }

export type Described = { readonly query: ReadonlyMap<string, Shape>; readonly body: Shape | undefined }

const lib = join(dirname(fileURLToPath(import.meta.resolve('@docker/node-sdk'))), '../lib')
const client = join(lib, 'docker-client.ts')

/** By operationId. `edit` may change a file of the package as it is read, to ask what a newer one would bring. */
export function readDockerApi(edit?: (file: string, text: string) => string): ReadonlyMap<string, Described> {
  const readFile = (file: string): string | undefined =>
    edit !== undefined && file.startsWith(lib)
      ? edit(file.slice(lib.length + 1), readFileSync(file, 'utf8'))
      : undefined
  const compiler = new API({ fs: { readFile } })
  try {
    using snapshot = compiler.updateSnapshot({ openFiles: [client] })
    const project = snapshot.getDefaultProjectForFile(client)
    const written = project?.program.getSourceFile(client)?.statements.find(isClassDeclaration)
    if (project === undefined || written === undefined) throw new Error(`no class in ${client}`)
    return readMethods(written, project.checker)
  } finally {
    compiler.close()
  }
}

function readMethods(written: ClassDeclaration, checker: Checker): ReadonlyMap<string, Described> {
  const operations = new Map<string, Described>()
  for (const method of written.members.filter(isMethodDeclaration)) {
    const name = 'text' in method.name ? method.name.text : ''
    const calls = findCalls(method).filter(({ path }) => path.includes('/'))
    if (calls.length === 0) continue
    const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}`
    operations.set(id, mend(id, calls.map((call) => readCall(call, checker)).reduce(merge)))
  }
  return operations
}

type Call = { readonly path: string; readonly values: readonly Expression[] }

/** Calls of `this.api.get(path, ...)` and its like. */
function findCalls(node: Node): readonly Call[] {
  const inside: Call[] = []
  node.forEachChild((child) => {
    inside.push(...findCalls(child))
  })
  if (!isCallExpression(node) || !/^this\.api\.[a-zA-Z]+$/.test(node.expression.getText())) return inside
  const [path, ...values] = node.arguments
  return [{ path: path?.getText() ?? '', values }, ...inside]
}

/** What is made of named fields is a parameter list if it is written in place, and a body if its type is one of Docker's. */
function readCall({ path, values }: Call, checker: Checker): Described {
  const query = new Map<string, Shape>()
  for (const [, name = ''] of path.matchAll(/[?&]([A-Za-z_]+)=/g)) query.set(name, anything)
  let body: Shape | undefined
  for (const value of values) {
    const type = present(checker.getTypeAtLocation(value), checker)
    const owner = type?.getSymbol()
    if (type === undefined || owner === undefined) continue
    if (isDockers(type)) body = readShape(type, checker)
    else if (owner.name === 'Filter') query.set('filters', anything)
    else if (owner.name.startsWith('__'))
      for (const [name, shape] of readParameters(type, checker)) query.set(name, shape)
  }
  return { query, body }
}

/** Some calls of the package wrap them once more, as `params`. */
function readParameters(type: Type, checker: Checker): ReadonlyMap<string, Shape> {
  const fields = readFields(type, checker)
  const wrapped = fields.get('params')
  return wrapped?.kind === 'object' ? wrapped.fields : fields
}

const anything: Shape = { kind: 'value', type: 'any', values: [] }

const isDockers = (type: Type): boolean =>
  type.getSymbol()?.declarations.some(({ path }) => path.includes('/node-sdk/lib/types/')) === true

const present = (type: Type | undefined, checker: Checker): Type | undefined =>
  type === undefined ? undefined : checker.getNonNullableType(type)

function readFields(type: Type, checker: Checker): ReadonlyMap<string, Shape> {
  return new Map(
    checker.getPropertiesOfType(type).map((property) => {
      const inner = checker.getTypeOfSymbol(property)
      return [property.name, inner === undefined ? anything : readShape(inner, checker)]
    }),
  )
}

function readShape(declared: Type, checker: Checker): Shape {
  const type = present(declared, checker) ?? declared
  const text = checker.typeToString(checker.getWidenedType(checker.getBaseTypeOfLiteralType(type) ?? type) ?? type)
  if (text === 'string' || text === 'number' || text === 'boolean')
    return { kind: 'value', type: text, values: readValues(type) }
  if (!type.isObjectType() || type.getSymbol()?.name === 'Filter') return anything
  if (checker.isArrayType(type) && type.isTypeReference()) {
    const [item] = checker.getTypeArguments(type)
    return { kind: 'list', item: item === undefined ? anything : readShape(item, checker) }
  }
  const [index] = checker.getIndexInfosOfType(type)
  if (index !== undefined) return { kind: 'map', value: readShape(index.valueType, checker) }
  return { kind: 'object', fields: readFields(type, checker) }
}

const readValues = (type: Type): readonly string[] =>
  (type.isUnionType() ? type.getTypes() : [type]).filter((each) => each.isStringLiteralType()).map(({ value }) => value)

const merge = (one: Described, other: Described): Described => ({
  query: new Map([...one.query, ...other.query]),
  body: one.body ?? other.body,
})

type Mend = { readonly drop: readonly string[]; readonly add?: readonly string[]; readonly isBody?: true }

/** Slips of the package's client: what it sends by a name of its own or in the wrong place. */
const mended: Readonly<Record<string, Mend>> = {
  ContainerStats: { drop: ['oneShot'], add: ['one-shot'] },
  ImageCommit: { drop: ['containerConfig'], isBody: true },
  ImageList: { drop: ['sharedSize'], add: ['shared-size'] },
  ImageLoad: { drop: ['callback'] },
}

/** Media types are no parameters. */
const isHeader = (name: string): boolean => /^(?:accept|content-type)$/i.test(name)

function mend(id: string, { query, body }: Described): Described {
  const { drop, add = [], isBody } = mended[id] ?? { drop: [] }
  const stale = drop.find((name) => !query.has(name))
  if (stale !== undefined) throw new Error(`${id} has no ${stale} to mend any more`)
  const kept = [...query].filter(([name]) => !drop.includes(name) && !isHeader(name))
  return {
    query: new Map([...kept, ...add.map((name) => [name, anything] as const)]),
    body: isBody === true ? query.get(drop[0] ?? '') : body,
  }
}
