import { basename } from 'node:path'
import process from 'node:process'
import { Failure } from '../failure.ts'
import { useOwnOutput } from './native-output.ts'
import { leave, report } from './report.ts'

/** dist/native/dockerrun: the programs of users in one file. Which one it is, the name says that it is called with. */

/** A program runs when it is loaded. */
const programs: ReadonlyMap<string, () => Promise<unknown>> = new Map([
  ['dockerrun', () => import('./dockerrun.ts')],
  ['dockerexec', () => import('./dockerexec.ts')],
])

const unknown = (name: string) => async (): Promise<number> => {
  const names = [...programs.keys()].join(' and ')
  throw new Failure('usage', `this program is called ${name}`, {
    hint: `it is ${names}: call it by one of these names`,
  })
}

useOwnOutput()
const name = basename(process.argv0)
const start = programs.get(name)
if (start === undefined)
  report('dockerrun', (text) => void process.stderr.write(text), unknown(name)).then(leave, () => leave(125))
else void start()
