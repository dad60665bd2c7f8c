import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import type { ConfigFile, Entry } from './config.ts'

/** dockerrun.yaml as text -> its entries, each with its line. A bundle of its own: YAML is a third of what dockerrun would be. Pure. */
export const parseConfig = ({
  path,
  text,
}: {
  readonly path: string
  readonly text: string
}): ConfigFile | { readonly line: number; readonly why: string } => {
  const lines = new LineCounter()
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines, stringKeys: true })
  const lineOf = (offset: number) => lines.linePos(offset).line
  const [error] = [...document.errors, ...document.warnings]
  if (error !== undefined) return { line: lineOf(error.pos[0]), why: `not YAML: ${error.message}` }
  if (document.contents === null) return { path, entries: [] }
  if (!isMap(document.contents)) return { line: 1, why: 'expected KEY: VALUE' }
  const values: unknown = document.toJS()
  const entries = document.contents.items.map(({ key }): Entry => {
    const name = isScalar(key) ? String(key.value) : ''
    const line = lineOf(isScalar(key) ? (key.range?.[0] ?? 0) : 0)
    return { key: name, value: Object.entries(values ?? {}).find(([each]) => each === name)?.[1], line }
  })
  return { path, entries }
}
