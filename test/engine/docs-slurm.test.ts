/** The guide to Slurm and MPI: what ada types on two nodes, and what she then sees. */
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll } from 'vitest'
import { itRuns, type Stage } from '../support/docs.ts'
import { keepShells, openShellAt, writeAt } from '../support/docs-place.ts'
import { importTar } from '../support/engine-parts.ts'
import { type Lab, startLab } from '../support/lab.ts'
import { makeMpiTar } from '../support/mpi.ts'
import { openNamespace } from '../support/namespace.ts'
import { startSlurm } from '../support/slurm.ts'

let lab: Lab
let stage: Stage & { readonly close: () => Promise<void> }
beforeAll(async () => {
  lab = await startLab({ people: false })
  lab.account({ login: 'ada', uid: 2001, gid: 2001, gecos: 'Ada', shell: '/bin/bash' })
  const engine = await lab.engine({ name: 'engine' })
  // Whether a step has to wait for the end of the one before it, which srun tells, is not the guide's.
  writeFileSync(lab.path('/run/lab/quiet'), 'srun() { command srun --quiet "$@"; }\n')
  const env = { ...(await engine.login('ada')), BASH_ENV: '/run/lab/quiet' }
  await importTar(engine.api, { name: 'mpi', tar: readFileSync(makeMpiTar()), changes: [] })
  await startSlurm(lab, { nodes: 2 })
  const place = { namespace: openNamespace(lab.record), bash: ['bash'], env }
  const { shell, close } = keepShells((who) => openShellAt(place, who))
  stage = { shell, close, write: (path, text) => writeAt(place, path, text) }
}, 300_000)
afterAll(async () => {
  await stage.close()
  await lab.stop()
})

itRuns('docs/slurm.md', () => stage)
