/**
 * What the engine gives a container by itself: the spec of one that root makes and that asks for nothing. It is never run:
 * gate 2 looks at its spec, and denies. Kept on disk, since the engine restarts containers before anybody asks for one.
 */
import { readFileSync, writeFileSync, renameSync } from 'node:fs'
import { parseJson, writeJson, type Json } from '../contract/json.ts'

export type ReferencePorts = {
  /** Makes the container of any image the engine has, tells its id, starts it (which gate 2 denies) and removes it. */
  readonly show: (image: string, hasInit: boolean, tell: (id: string) => void) => Promise<void>
  readonly readVersion: () => Promise<string>
  readonly file: string
  readonly report: (error: unknown) => void
}

export type Reference = { readonly spec: Json; /** runc's. */ readonly version: string }
type Held = Reference & { readonly engine: string }

export type References = {
  readonly get: () => Reference | undefined
  readonly isReference: (id: string) => boolean
  readonly learn: (spec: Json) => void
  /** Before a user's container starts. `engine` tells engines apart, one that was upgraded or set up anew too. */
  readonly prepare: (engine: string, image: string) => Promise<void>
  readonly forget: () => void
}

export function openReferences({ show, readVersion, file, report }: ReferencePorts): References {
  let held = readHeld(file)
  let asking: { readonly engine: string; readonly done: Promise<void> } | undefined
  const ids = new Set<string>()
  let [current, version] = ['', '']
  // With the engine's init, where it has one: then it is known which program that is.
  const ask = async (engine: string, image: string): Promise<void> => {
    version = await readVersion().catch(() => '')
    await askOnce(engine, image, true)
    if (held?.engine !== engine) await askOnce(engine, image, false)
  }
  const askOnce = async (engine: string, image: string, hasInit: boolean): Promise<void> => {
    let id = ''
    try {
      await show(image, hasInit, (made) => {
        id = made
        ids.add(made)
        current = engine
      })
    } catch (error) {
      report(error)
    } finally {
      ids.delete(id)
    }
  }
  return {
    get: () => held,
    isReference: (id) => ids.has(id),
    learn: (spec) => {
      held = { engine: current, version, spec }
      try {
        writeFileSync(`${file}~`, `${current}\n${version}\n${writeJson(spec)}`, { mode: 0o600 })
        renameSync(`${file}~`, file)
      } catch (error) {
        report(error)
      }
    },
    prepare: async (engine, image) => {
      if (held?.engine === engine) return
      if (asking?.engine !== engine) asking = { engine, done: ask(engine, image) }
      const mine = asking
      await mine.done
      if (asking === mine) asking = undefined
    },
    forget: () => void (held = held === undefined ? undefined : { ...held, engine: '' }),
  }
}

function readHeld(file: string): Held | undefined {
  try {
    const [engine = '', version = '', ...rest] = readFileSync(file, 'utf8').split('\n')
    const read = parseJson(Buffer.from(rest.join('\n')), { unlimited: true })
    return 'value' in read ? { engine, version, spec: read.value } : undefined
  } catch {
    return undefined
  }
}
