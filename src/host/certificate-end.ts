import { X509Certificate } from 'node:crypto'

const day = 86_400_000

/** What to tell whoever's certificate (PEM) is in its last quarter and ends within a week: nobody gets in after that. Undefined before. */
export const warnOfEnd = (pem: Buffer, now: number): string | undefined => {
  const { validFrom, validTo } = new X509Certificate(pem)
  const [begin, end] = [new Date(validFrom).getTime(), new Date(validTo).getTime()]
  const left = Math.floor((end - now) / day)
  if (left >= 7 || left < 0 || end - now > (end - begin) / 4) return undefined
  const when = left === 0 ? 'within a day' : left === 1 ? 'in a day' : `in ${left} days`
  return `your certificate ends ${when}: sudo dockerrunctl cert issue --self makes a new one`
}
