import { explainHeader, explainPrefix } from '../contract/explain.ts'
import { Failure } from '../failure.ts'
import { messageOf, type Api } from './api.ts'
import type { CreateBody } from './create-body.ts'
import { at, parseJson, textAt, textsAt } from './reply.ts'

/**
 * --explain: what gate 1 would say of a run. Asked by way of the engine, as the user who would run it, with a header by which
 * the gate tells its answer and denies: so nothing is made, whatever it would be.
 */
export const explain = async (api: Api, query: Readonly<Record<string, string>>, body: CreateBody): Promise<string> => {
  const headers = { [explainHeader]: '1' }
  const answer = await api.reply('POST', '/containers/create', { query, json: body, headers })
  const [, text] = messageOf(answer).split(explainPrefix)
  if (answer.status === 403 && text !== undefined) return formatExplanation(parseJson(text))
  // Without a gate the engine has done it.
  const made = textAt(parseJson(answer.body.toString()), 'Id')
  if (made !== undefined) await api.ask('DELETE', `/containers/${made}`, { query: { force: '1' } })
  throw new Failure(
    'engine-failed',
    `no gate explains itself there: ${made === undefined ? messageOf(answer) : 'the engine does as it is told'}`,
    {
      hint: 'dockerrun-authz of this version must be in front of the engine',
    },
  )
}

/** The verdict; then each objection, or why there is none; then which section of the policy said what was asked. */
export const formatExplanation = (explanation: unknown): string => {
  const verdict = textAt(explanation, 'verdict') === 'allow' ? 'allowed' : 'denied'
  const objections = textsAt(explanation, 'objections')
  const reasons = objections.length > 0 ? objections : [textAt(explanation, 'why') ?? '']
  const sections = at(explanation, 'sections')
  const said = (Array.isArray(sections) ? sections : []).map(
    (each: unknown) => `policy: ${textAt(each, 'key') ?? ''}: ${textAt(each, 'section') ?? ''}`,
  )
  return [verdict, ...[...reasons, ...said].map((line) => `  ${line}`)].join('\n')
}
