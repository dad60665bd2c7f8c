/** How the engine's unit starts it, and the same without hosts, which are daemon.json's alone. Pure (systemd.unit(5), systemd.service(5)). */

/** Where systemd looks for units, the first that has one wins. */
export const unitFolders = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
] as const

/** Read after the drop-ins of others: its ExecStart is the one that counts. */
export const dropInName = 'zz-dockerrun.conf'

/**
 * In: the unit and its drop-ins, in the order in which systemd reads them. Out: the last ExecStart, as one line; undefined where
 * there is none.
 */
export function findEngineLine(texts: readonly string[]): string | undefined {
  const lines = texts.flatMap((text) =>
    text
      .replaceAll(/\\\n/g, ' ')
      .split('\n')
      .flatMap((line) => /^\s*ExecStart\s*=\s*(.*?)\s*$/.exec(line)?.[1] ?? []),
  )
  return lines.findLast((line) => line !== '')
}

/** dockerd does not start where both its command line and daemon.json name hosts (moby cmd/dockerd: findConfigurationConflicts). */
export function withoutHosts(line: string): string {
  const words = line.split(/\s+/)
  return words
    .filter((word, index) => !/^(?:-H|--host)/.test(word) && !/^(?:-H|--host)$/.test(words[index - 1] ?? ''))
    .join(' ')
}
