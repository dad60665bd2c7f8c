/**
 * (method, request target) -> operation. Only targets with one reading are routed: whatever the daemon would decode,
 * clean or redirect (percent escapes, doubled slashes, absolute form, odd versions) is not an operation (THREATS 4.1, T13).
 */
import { operations, type Operation, type OperationId } from './operations.ts'
import { parseQuery } from './query.ts'

export type Route = {
  readonly operation: OperationId
  /** The container, exec, network or volume reference, or the image name, in the path; empty where it has none. */
  readonly object: string
  readonly query: ReadonlyMap<string, string>
}

/** API 1.41 (engine 20.10) is the floor; a path without a version is the engine's newest. */
const lowestMinor = 41
const targetForm = /^(?:\/v1\.([1-9][0-9]))?((?:\/[A-Za-z0-9_.:@+-]+)+)(?:\?(.*))?$/s
const segmentForm = /^[A-Za-z0-9_][A-Za-z0-9_.:@+-]*$/

type Matcher = { readonly operation: Operation; readonly form: RegExp }

const matchers: readonly Matcher[] = operations.map((operation) => ({
  operation,
  form: new RegExp(
    `^${operation.path
      .replaceAll('.', '\\.')
      .replace(/\{(?:id|checkpoint)\}/g, '([^/]+)')
      .replace('{name}', '(.+)')}$`,
  ),
}))

/** The operation of a request line, or why it is none. `target` is the raw request-target as the engine received it. */
export function matchRoute(method: string, target: string): Route | { readonly why: string } {
  const [, minor, path, query] = targetForm.exec(target) ?? []
  if (path === undefined) return { why: 'the path is not in its plain form' }
  if (
    !path
      .slice(1)
      .split('/')
      .every((segment) => segmentForm.test(segment))
  )
    return { why: 'the path has a segment this gate does not read' }
  if (minor !== undefined && Number(minor) < lowestMinor)
    return { why: `API version 1.${minor} is older than 1.${lowestMinor}` }
  const parameters = parseQuery(query ?? '')
  if ('why' in parameters) return parameters
  for (const { operation, form } of matchers) {
    const match = operation.method === method ? form.exec(path) : null
    if (match !== null) return { operation: operation.id, object: match[1] ?? '', query: parameters.query }
  }
  return { why: 'this is no operation of the Engine API that this gate knows' }
}
