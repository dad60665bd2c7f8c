/** What a reader does at a place of a lab: types into a shell, writes files. */
import { openShell, type Shell } from './docs-shell.ts'
import type { Namespace } from './namespace.ts'
import { execProgram, programLine, type ProgramOptions } from './program.ts'

export type Place = {
  readonly namespace: Namespace
  /** The shell, with its options. */
  readonly bash: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export async function openShellAt({ namespace, bash, env = {} }: Place, who: string): Promise<Shell> {
  const pipe = `/run/lab/shell-${who}`
  await must(namespace, ['sh', '-c', 'mkfifo "$1" && chown "$2" "$1"', 'sh', pipe, who])
  const enter = (argv: readonly string[]) => programLine(namespace, argv, who === 'root' ? {} : { as: who, env })
  return openShell(enter, { bash, pipe, from: namespace.path(pipe) })
}

/** `~/x` is ada's, whatever is elsewhere root's. */
export async function writeAt({ namespace }: Place, path: string, text: string): Promise<void> {
  const isHers = path.startsWith('~/')
  const write = 'mkdir -p "$(dirname "$1")" && cat >"$1"'
  const options = { input: text, ...(isHers ? { as: 'ada' } : {}) }
  await must(namespace, ['sh', '-c', write, 'sh', isHers ? path.slice(2) : path], options)
}

async function must(
  namespace: Namespace,
  argv: readonly string[],
  options: ProgramOptions & { readonly input?: string } = {},
): Promise<void> {
  const { status, stderr } = await execProgram(namespace, argv, options)
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`)
}

/** One of each kind, made at its first use. */
export function keepShells(open: (who: string, place: string) => Promise<Shell>): {
  readonly shell: (who: string, place: string) => Promise<Shell>
  readonly close: () => Promise<void>
} {
  const shells = new Map<string, Promise<Shell>>()
  return {
    shell: (who, place) => {
      const key = `${place} ${who}`
      const shell = shells.get(key) ?? open(who, place)
      shells.set(key, shell)
      return shell
    },
    close: async () => {
      for (const shell of await Promise.allSettled(shells.values()))
        if (shell.status === 'fulfilled') shell.value.close()
    },
  }
}
