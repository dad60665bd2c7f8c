/** Asks the running gate on its own socket, which is root's alone, what it would answer and why. */
import type { WireRequest } from '../contract/authz.ts'
import { Failure } from '../failure.ts'
import type { Explanation } from '../policy/explanation.ts'
import { askGate } from './gate-call.ts'

export type Explain = (wire: WireRequest) => Promise<Explanation>

export const openExplain =
  (socket: string): Explain =>
  async (wire) => {
    const answer = await askGate(socket, '/Dockerrun.Explain', wire)
    if (!isExplanation(answer))
      throw new Failure('settings', `the gate on ${socket} gave no explanation`, {
        hint: 'its log says why; an older gate explains nothing: restart dockerrun-authz after an update',
      })
    return answer
  }

/** The gate is root's own and of this package; an older one answers something else. */
const isExplanation = (value: unknown): value is Explanation =>
  typeof value === 'object' && value !== null && 'verdict' in value && 'objections' in value && 'sections' in value
