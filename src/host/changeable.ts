/** Which parts of the way to a file somebody else than root could change, so that the file says what they want. */
import { lstatSync, readlinkSync, type Stats } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { hasCode } from './files.ts'

export type Changeable = {
  readonly path: string
  /** A folder such as /tmp, where it is meant. */
  readonly isShared: boolean
}

const mostLinks = 40
const sticky = 0o1000

/** Folders and links as they are written and as they lead on, and what is at their end. What is not there is no part of it. */
export function findChangeable(path: string): readonly Changeable[] {
  const found: Changeable[] = []
  const steps = resolve(path).split('/').filter(Boolean)
  let [place, links] = ['/', 0]
  for (;;) {
    const facts = statOf(place)
    if (facts === undefined) return found
    if (facts.isSymbolicLink()) {
      links += 1
      if (links > mostLinks) throw new Error(`${path}: links without end`)
      if (facts.uid !== 0) found.push({ path: place, isShared: false })
      steps.unshift(...resolve(dirname(place), readlinkSync(place)).split('/').filter(Boolean))
      place = '/'
    } else {
      const isSticky = (facts.mode & sticky) !== 0 && facts.isDirectory()
      // In a folder such as /tmp others replace nothing of root's; a file that is not there yet they could make.
      const isHarmless = isSticky && steps.length > 1
      if (facts.uid !== 0 || ((facts.mode & 0o022) !== 0 && !isHarmless))
        found.push({ path: place, isShared: isSticky })
    }
    const step = steps.shift()
    if (step === undefined) return found
    place = join(place, step)
  }
}

function statOf(place: string): Stats | undefined {
  try {
    return lstatSync(place)
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined
    throw error
  }
}
