/** /etc/dockerrun/policy.yaml as text -> Policy. An empty file is a good policy; what is not understood is an error. */
import { LineCounter, isMap, isScalar, isSeq, parseDocument, type Node } from 'yaml'

export type Policy = {
  /** Logins that are not restricted (their requests are recorded). Root is one always. */
  readonly administrators: readonly string[]
  /** Registry hosts, with their ports, that users may pull from. Without it: any but those on the host itself. */
  readonly registries?: readonly string[]
}

export const safest: Policy = { administrators: [] }

/** The policy, or what is wrong with the text as `line N: what was expected`. */
export function parsePolicy(text: string): Policy | { readonly why: string } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true })
  const at = (node: Node | null | undefined, expected: string) => ({
    why: `line ${lines.linePos(node?.range?.[0] ?? 0).line}: ${expected}`,
  })
  const [error] = document.errors
  if (error !== undefined)
    return { why: `line ${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0] ?? 'not YAML'}` }
  if (document.contents === null) return safest
  if (!isMap(document.contents)) return at(document.contents, 'expected keys and values')
  let policy: Policy = safest
  for (const { key, value } of document.contents.items) {
    const name = isScalar(key) ? key.value : undefined
    if (name !== 'administrators' && name !== 'registries')
      return at(isScalar(key) ? key : null, `unknown key ${String(key)}: expected administrators or registries`)
    const words = isSeq(value) ? value.items.map((item) => (isScalar(item) ? item.value : undefined)) : [undefined]
    if (!words.every((word) => typeof word === 'string'))
      return at(isScalar(key) ? key : null, `${name}: expected a list of ${kinds[name]}`)
    policy = { ...policy, [name]: words }
  }
  return policy
}

const kinds = { administrators: 'login names', registries: 'registry hosts' }
