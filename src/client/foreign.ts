import { statfs } from 'node:fs/promises'
import type { Bind } from './create-body.ts'

/**
 * File systems on which root of the engine's host may be nobody: NFS with root_squash, FUSE without allow_other and the like
 * (statfs(2); linux/magic.h, and what Lustre, GPFS and BeeGFS say of themselves).
 */
const foreign = new Set([
  0x6969, 0x65735546, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x01021997, 0xc36400, 0x0bd00bd0, 0x47504653,
  0x19830326,
])

export const markForeign = async (binds: readonly Bind[]): Promise<readonly Bind[]> =>
  await Promise.all(binds.map(async (bind) => ((await isForeign(bind.source)) ? { ...bind, isForeign: true } : bind)))

const isForeign = async (path: string): Promise<boolean> => {
  const found = await statfs(path).catch(() => undefined)
  return found !== undefined && foreign.has(found.type)
}
