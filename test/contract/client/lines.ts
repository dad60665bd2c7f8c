/** Lines of docker's own client, run against the recorder. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Recorder } from '../../support/recorder.ts'
import { newerRelease, readClient } from '../../support/releases.ts'

export const client = readClient(newerRelease)
/** The environment of whoever types them. */
export const caller = { PATH: process.env['PATH'] ?? '', SET_HERE: 'here' }

/** What lines name as FILE/x. */
export function makeFiles(folder: string): void {
  const file = (name: string, contents: string | Buffer) => writeFileSync(join(folder, name), contents)
  file('env', '# comment\n\n A=1\r\nSET_HERE\nNOT_SET_HERE\nB= b \n')
  file('bom', '\uFEFFA=1\n')
  file('blank', 'A B=1\n')
  file('noname', '=1\n')
  file('latin1', Buffer.from([0x41, 0x3d, 0xe9, 0x0a]))
  file('label', '# comment\na=1\nb\nc=d=e\n')
}

/** Words as sh would split them, but that quotes inside of a word with commas stay: they are CSV's. */
export const splitLine = (line: string, folder: string): readonly string[] =>
  [...line.matchAll(/(?:[^\s"]|"[^"]*")+/g)].map(([word]) =>
    (/^"[^"]*"$/.test(word) ? word.slice(1, -1) : word.includes(',') ? word : word.replaceAll('"', '')).replaceAll(
      'FILE',
      folder,
    ),
  )

export const callClient = async (
  { folder, socket }: Recorder,
  argv: readonly string[],
): Promise<{ readonly status: number; readonly said: string }> => {
  const options = { cwd: folder, env: { ...caller, HOME: folder, DOCKER_HOST: `unix://${socket}` } }
  return await new Promise((resolve) => {
    execFile(client, argv, options, (error, _, stderr) => resolve({ status: Number(error?.code ?? 0), said: stderr }))
  })
}
