/** What each kind of certificate may be used for. Each is refused in the place of the others. */
// oxlint-disable-next-line import/no-unassigned-import -- a polyfill: tsyringe, inside the library, refuses to load without it
import 'reflect-metadata'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
} from '@peculiar/x509'
import type { Extension } from '@peculiar/x509'
import type { ServerName } from './server-names.ts'

/** pathlen 0: no CA below this one. */
export const authorityProfile = (): Extension[] => [
  new BasicConstraintsExtension(true, 0, true),
  new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
]

export const clientProfile = (): Extension[] => [
  ...leaf(),
  new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
]

/** Go looks at the alternative names alone and never at the common name. */
export const serverProfile = (names: readonly ServerName[]): Extension[] => [
  ...leaf(),
  new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
  new SubjectAlternativeNameExtension([...names]),
]

const leaf = () => [
  new BasicConstraintsExtension(false, undefined, true),
  new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
]
