/** A folder of a test's own, gone with it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export async function makeFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'dockerrun-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
