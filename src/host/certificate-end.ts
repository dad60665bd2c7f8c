import { X509Certificate } from 'node:crypto'

const day = 86_400_000

/** What to tell whoever's certificate (PEM) ends within a week: nobody gets in with it after that. Undefined before. */
export const warnOfEnd = (pem: Buffer, now: number): string | undefined => {
  const left = Math.floor((new Date(new X509Certificate(pem).validTo).getTime() - now) / day)
  if (left >= 7 || left < 0) return undefined
  const when = left === 0 ? 'within a day' : left === 1 ? 'in a day' : `in ${left} days`
  return `your certificate ends ${when}: sudo dockerrunctl cert issue --self makes a new one`
}
