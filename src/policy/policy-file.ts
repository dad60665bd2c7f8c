/** /etc/dockerrun/policy.yaml as text -> Policy (DESIGN 7). An empty file is a good policy; what is not understood is an error. */
import { LineCounter, isScalar, parseDocument, visit, type Document, type Node } from 'yaml'
import { emptyPolicy, type Policy, type Profile } from './grants.ts'
import { isProblem, type Place, type Problem, type Reading } from './policy-readers.ts'
import { keysOf, readEntries, record } from './policy-records.ts'
import * as keys from './policy-sections.ts'
import { harmless } from './words.ts'

/** The policy, or what is wrong with the text as `line N: what was expected`. */
export function parsePolicy(text: string): Policy | { readonly why: string } {
  const lines = new LineCounter()
  // Every scalar is the text that stands there: no word is a truth value, no version a number.
  const schema = { schema: 'failsafe', stringKeys: true, uniqueKeys: false } as const
  const document = parseDocument(text, { ...schema, prettyErrors: false, lineCounter: lines })
  const reading = findError(document) ?? findSurprise(document) ?? readPolicy(document)
  return isProblem(reading)
    ? { why: harmless(`line ${lines.linePos(reading.offset).line}: ${reading.why}`) }
    : reading.value
}

function findError({ errors, warnings, directives }: Document.Parsed): Problem | undefined {
  const [error] = [...errors, ...warnings]
  if (error?.code === 'MULTIPLE_DOCS') return { offset: error.pos[0], why: 'expected one document' }
  if (error !== undefined) return { offset: error.pos[0], why: `not YAML: ${error.message}` }
  return directives.yaml.explicit === true ? { offset: 0, why: 'expected no %YAML directive' } : undefined
}

/** YAML in which a line means more than what stands in it. */
function findSurprise(document: Document.Parsed): Problem | undefined {
  const found: Problem[] = []
  const object = (node: Node, what: string): symbol => {
    found.push({ offset: node.range?.[0] ?? 0, why: `expected no ${what}: write out what is meant` })
    return visit.BREAK
  }
  visit(document, {
    Alias: (_, node) => object(node, `alias (*${node.source})`),
    Value: (_, node) => {
      if (node.tag !== undefined) return object(node, `tag (${node.tag})`)
      return node.anchor === undefined ? undefined : object(node, `anchor (&${node.anchor})`)
    },
    Pair: (_, { key }) => (isScalar(key) && key.value === '<<' ? object(key, 'merge (<<)') : undefined),
  })
  return found[0]
}

function readPolicy(document: Document.Parsed): Reading<Policy> {
  const root: Place = { node: document.contents, key: '', offset: 0 }
  const profiles = readProfiles(root)
  if (isProblem(profiles)) return profiles
  const reading = record(keys.policyKeys(profiles.value)).read(root)
  if (isProblem(reading)) return reading
  const { profiles: _, ...policy } = reading.value
  return { value: { ...emptyPolicy, ...policy } }
}

/** First of all, since sections name them. */
function readProfiles(root: Place): Reading<ReadonlyMap<string, Profile>> {
  const entries = readEntries(root)
  if (isProblem(entries)) return entries
  const entry = entries.value.find(({ name }) => name === 'profiles')
  if (entry === undefined) return { value: new Map() }
  const profiles = keys.profiles.read(entry.value)
  return isProblem(profiles) ? profiles : { value: new Map(profiles.value.map(({ name, section }) => [name, section])) }
}

/** Every key there is, by where it stands. */
export const policyKeys: Readonly<Record<string, readonly string[]>> = {
  file: keysOf(keys.policyKeys(new Map())),
  administrators: keysOf(keys.administratorKeys),
  section: keysOf(keys.sectionKeys(new Map())),
  limits: keysOf(keys.limitKeys),
  profile: keysOf(keys.profileKeys),
  audit: keysOf(keys.auditKeys),
}
