import { expect, it } from 'vitest'
import { warnOfEnd } from '../../../src/host/certificate-end.ts'
import { aliceCertificate } from '../../fixtures/alice-certificate.ts'

const pem = Buffer.from(aliceCertificate, 'base64')
/** The fixture's. */
const end = new Date('2999-01-01T00:00:00Z').getTime()
const day = 86_400_000

it.for([
  { left: 7, says: undefined },
  { left: 6.5, says: 'your certificate ends in 6 days: sudo dockerrunctl cert issue --self makes a new one' },
  { left: 1.5, says: 'your certificate ends in a day: sudo dockerrunctl cert issue --self makes a new one' },
  { left: 0.5, says: 'your certificate ends within a day: sudo dockerrunctl cert issue --self makes a new one' },
  { left: -0.5, says: undefined },
])('$left days before its end a certificate has this said of it: $says', ({ left, says }) => {
  expect(warnOfEnd(pem, end - left * day)).toBe(says)
})
