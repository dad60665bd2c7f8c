/** From when until when a certificate is good. */
import { Failure } from '../failure.ts'

export type Validity = { readonly notBefore: Date; readonly notAfter: Date }

const day = 86_400_000
/** The clock of an engine host may be behind ours by this much. */
const skew = 300_000

/** Whole seconds, as a certificate has them, and never beyond its issuer: such a certificate would be refused by surprise. */
export function buildValidity(now: Date, days: number, issuerEnd?: Date): Validity {
  const end = now.getTime() + days * day
  if (issuerEnd !== undefined && issuerEnd <= now)
    throw new Failure('certificate', `the CA has expired on ${issuerEnd.toISOString()}`, {
      hint: 'put its folder aside and make a new one: dockerrunctl ca init',
    })
  return {
    notBefore: wholeSeconds(now.getTime() - skew),
    notAfter: wholeSeconds(issuerEnd === undefined ? end : Math.min(end, issuerEnd.getTime())),
  }
}

export function parseDays(text: string): number {
  if (!/^[1-9][0-9]{0,4}$/.test(text))
    throw new Failure('usage', `invalid number of days: ${text}`, { hint: 'give a whole number from 1 to 99999' })
  return Number(text)
}

const wholeSeconds = (time: number) => new Date(Math.floor(time / 1000) * 1000)
