/** mandoc finds nothing to warn of in our man pages. Lines may be long: one holds one sentence. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { checkout, readPackages } from '../support/packages.ts'

it.for(manifest.man)('%s', (page, { expect }) => {
  const mandoc = join(readPackages(['mandoc']), 'usr/bin/mandoc')
  const { status, stdout, stderr } = spawnSync(mandoc, ['-Tlint', '-Wwarning', join(checkout, page)], {
    encoding: 'utf8',
  })
  expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' })
})
