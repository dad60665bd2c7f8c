/** A folder of a test's own, gone with it, also when the run ends before the test does. */
import { dirSync, setGracefulCleanup } from 'tmp'

export function makeFolder(): Disposable & { readonly path: string } {
  setGracefulCleanup()
  const { name, removeCallback } = dirSync({ prefix: 'dockerrun', unsafeCleanup: true })
  return { path: name, [Symbol.dispose]: removeCallback }
}
