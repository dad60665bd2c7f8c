/** One look (src/plugin/look.ts): a wish as JSON on standard input, the facts as JSON on standard output. Gate 1 starts it. */
import { readFileSync } from 'node:fs'
import { look, type Wish } from '../plugin/look.ts'

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by gate 1 itself, on a pipe nobody else has
process.stdout.write(JSON.stringify(look(JSON.parse(readFileSync(0, 'utf8')) as Wish)))
