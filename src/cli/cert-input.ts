/** The text of a file. Standard input may be a socket, as under sshd, and cannot be opened by its name then. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'

export const readInput = async (file: string): Promise<string> =>
  file === '/dev/stdin' ? await text(process.stdin) : await readFile(file, 'utf8')
