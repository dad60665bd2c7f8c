/** dockerrun-runtime at the other end of its connection: told what to do, one deed after the other (native/deeds.c). */
import type { Socket } from 'node:net'
import { Failure } from '../failure.ts'
import { readFrames, writeFrame } from './frames.ts'

/** What the first frame shows: the OCI spec for `create`, the process for `exec`. */
export type Call = { readonly verb: string; readonly id: string; readonly shown: Buffer }

export type Said = { readonly word: string; readonly rest: Buffer }

export type Hands = {
  readonly call: Call
  /** Tells a deed at once, and waits for what comes of it: of many, in their order. Throws where the other side has ended. */
  readonly ask: (...fields: readonly (string | Uint8Array)[]) => Promise<Said>
  /** The same; a deed that fails throws a Failure with what it says, behind `what`. */
  readonly must: (what: string, ...fields: readonly (string | Uint8Array)[]) => Promise<Said>
  /** The last word: pass, done or deny. */
  readonly end: (...fields: readonly string[]) => void
}

const callForm = /^([a-z]+) ([A-Za-z0-9][A-Za-z0-9_.+-]*)$/

/** Undefined where nothing was said. */
export async function openHands(socket: Socket): Promise<Hands | undefined> {
  const frames = readFrames(socket)
  const first = await frames.next()
  if (first.done === true) return undefined
  const [, verb = '', id = ''] = callForm.exec(first.value.word) ?? []
  const ask = async (...fields: readonly (string | Uint8Array)[]): Promise<Said> => {
    writeFrame(socket, fields)
    const answer = await frames.next()
    if (answer.done === true) throw new Failure('engine-failed', 'dockerrun-runtime has ended', { hint: 'try again' })
    return answer.value
  }
  return {
    call: { verb, id, shown: first.value.rest },
    ask,
    must: async (what, ...fields) => {
      const said = await ask(...fields)
      if (said.word !== 'fail') return said
      throw new Failure('mount', `${what}${said.rest.toString()}`, { hint: 'docker inspect shows the mounts' })
    },
    end: (...fields) => {
      writeFrame(socket, fields)
      socket.end()
    },
  }
}
