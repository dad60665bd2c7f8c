/** dist/native/dockerrun, and a lab in which it is what users call. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { Lab } from './lab.ts'

/** Where it lies in a lab that was started after it was built. */
export const nativeFolder = '/usr/local/lib/dockerrun/dist/native'

export const buildNative = (): void => {
  const { status, stderr } = spawnSync('sh', [join(import.meta.dirname, 'build-native.sh')], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`dist/native/dockerrun was not built: ${stderr}`)
}

/** As CLIENT=native does for every lab. */
export const useNative = async (lab: Lab): Promise<void> => {
  const programs = ['dockerrun', 'dockerexec'].map((program) => `${nativeFolder}/${program}`)
  const { status, stderr } = await lab.exec(['ln', '-sf', ...programs, '/usr/local/bin/'])
  if (status !== 0) throw new Error(stderr)
}
