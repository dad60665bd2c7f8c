/** Paths as text. What they lead to is a fact, not asked here. */

/** Absolute, and written the one way: no empty, "." or ".." part, no trailing slash, no control character. */
export const isPlainPath = (path: string): boolean =>
  path === '/' ||
  (/^(?:\/[^/\u0000-\u001f\u007f]+)+$/.test(path) && !path.split('/').some((part) => part === '.' || part === '..'))

export const isBelow = (path: string, folder: string): boolean =>
  folder === '/' ? path !== '/' : path.startsWith(`${folder}/`)
