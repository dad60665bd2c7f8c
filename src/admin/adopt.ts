/** Asks the running gate to take containers it has no record of for root's. */
import type { Adoption, AdoptionWish } from '../contract/adoption.ts'
import { Failure } from '../failure.ts'
import { askGate } from './gate-call.ts'

/** Throws a Failure where the gate adopts nothing, with all that it says against it. */
export async function adoptContainers(socket: string, wish: AdoptionWish): Promise<Adoption['found']> {
  const answer = await askGate(socket, '/Dockerrun.Adopt', wish)
  if (!isAdoption(answer))
    throw new Failure('settings', `the gate on ${socket} did not adopt: ${whyOf(answer)}`, {
      hint: 'its log says why; an older gate adopts nothing: restart dockerrun-authz after an update',
    })
  if (answer.objections.length > 0)
    throw new Failure('not-found', `nothing was adopted: ${answer.objections.join('; ')}`, {
      hint: 'dockerrunctl adopt, without a name, lists what can be adopted',
    })
  return answer.found
}

/** The gate is root's own and of this package; an older one answers something else. */
const isAdoption = (value: unknown): value is Adoption =>
  typeof value === 'object' && value !== null && 'found' in value && 'objections' in value

const whyOf = (answer: unknown): string =>
  typeof answer === 'object' && answer !== null && 'Msg' in answer ? String(answer.Msg) : 'it gave another answer'
