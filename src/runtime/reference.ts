/**
 * What the engine gives a container by itself: the spec of one that root makes, of an empty image, and that asks for nothing.
 * It is never run: gate 2 looks at its spec, and denies. Kept on disk, since the engine restarts containers before anybody
 * asks for one.
 */
import { readFileSync, writeFileSync, renameSync } from 'node:fs'
import { parseJson, writeJson, type Json } from '../contract/json.ts'

export type ReferencePorts = {
  /** Makes the container, tells its id, starts it (which gate 2 denies) and removes it. */
  readonly show: (hasInit: boolean, tell: (id: string) => void) => Promise<void>
  readonly readVersion: () => Promise<string>
  readonly file: string
  readonly report: (error: unknown) => void
}

export type Reference = { readonly spec: Json; /** runc's. */ readonly version: string }
/** Of which engine, one that was upgraded or set up anew is another, and which runc. */
type Origin = { readonly engine: string; readonly version: string }
type Held = Reference & Origin

export type References = {
  readonly get: () => Reference | undefined
  readonly isReference: (id: string) => boolean
  readonly learn: (id: string, spec: Json) => void
  /** Before a user's container starts. */
  readonly prepare: (engine: string) => Promise<void>
  readonly forget: () => void
}

export function openReferences({ show, readVersion, file, report }: ReferencePorts): References {
  let held = readHeld(file)
  let asking: { readonly engine: string; readonly done: Promise<void> } | undefined
  const shown = new Map<string, Origin>()
  // With the engine's init, where it has one: then it is known which program that is.
  const ask = async (engine: string): Promise<void> => {
    const version = await readVersion().catch(() => '')
    await askOnce({ engine, version }, true)
    if (held?.engine !== engine) await askOnce({ engine, version }, false)
  }
  const askOnce = async (origin: Origin, hasInit: boolean): Promise<void> => {
    const ids: string[] = []
    try {
      await show(hasInit, (id) => {
        ids.push(id)
        shown.set(id, origin)
      })
    } catch (error) {
      report(error)
    } finally {
      for (const id of ids) shown.delete(id)
    }
  }
  return {
    get: () => held,
    isReference: (id) => shown.has(id),
    learn: (id, spec) => {
      const origin = shown.get(id)
      if (origin === undefined) return
      held = { ...origin, spec }
      try {
        writeFileSync(`${file}~`, `${origin.engine}\n${origin.version}\n${writeJson(spec)}`, { mode: 0o600 })
        renameSync(`${file}~`, file)
      } catch (error) {
        report(error)
      }
    },
    prepare: async (engine) => {
      if (held?.engine === engine) return
      if (asking?.engine !== engine) asking = { engine, done: ask(engine) }
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
