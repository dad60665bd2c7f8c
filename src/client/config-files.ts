import { readFileSync } from 'node:fs'
import { Failure } from '../failure.ts'
import { buildSettings, type Settings } from './config.ts'
import type { CallerEnvironment } from './environment.ts'

/** Reads dockerrun.yaml where there is one, the site's, then the user's; YAML is loaded only then. */
export const readSettings = async (env: CallerEnvironment): Promise<Settings> => {
  const texts = configPaths(env).flatMap((path) => {
    const text = readText(path)
    return text === undefined ? [] : [{ path, text }]
  })
  if (texts.length === 0) return buildSettings([])
  const { parseConfig } = await import('./config-yaml.ts')
  return buildSettings(
    texts.map(({ path, text }) => {
      const file = parseConfig({ path, text })
      if ('why' in file) throw refusal(`${path}: line ${file.line}: ${file.why}`)
      return file
    }),
  )
}

const configPaths = (env: CallerEnvironment): readonly string[] => {
  const named = env['XDG_CONFIG_HOME'] ?? ''
  const home = env['HOME'] ?? ''
  const folder = named.startsWith('/') ? named : home.startsWith('/') ? `${home}/.config` : undefined
  return ['/etc/dockerrun/dockerrun.yaml', ...(folder === undefined ? [] : [`${folder}/dockerrun/dockerrun.yaml`])]
}

const readText = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    if (['ENOENT', 'ENOTDIR'].includes(code)) return undefined
    throw refusal(`${path}: cannot be read (${code})`)
  }
}

const refusal = (message: string) => new Failure('settings', message, { hint: 'man dockerrun has the settings' })
