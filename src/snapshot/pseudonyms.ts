import { createHmac } from 'node:crypto'
import { Value } from '@sinclair/typebox/value'
import { Email, foldEmail } from '../contract/formats.ts'

/**
 * What stands for what is not kept: the same for the same, within a snapshot and between those with the same key. Without
 * the key, nobody can find out by trying what it was.
 */
export interface Pseudonyms {
  /** Of an email, without regard to case. */
  email(email: string): string
  /** Of any text; an empty one has nothing to hide. */
  text(text: string): string
  /** Of the name of a property, unless it looks like nothing else. */
  property(name: string): string
}

const EMAIL = Email()
/** The names of properties, and the operators of JSON Logic. */
const PROPERTY = /^([A-Za-z_$][\w$-]{0,39}|[^\w\s@]{1,3})$/

export function pseudonymsBy(key: Buffer): Pseudonyms {
  const digest = (kind: string, text: string) =>
    createHmac('sha256', key).update(`${kind} ${text}`).digest('hex').slice(0, 16)
  const email = (text: string) => `member-${digest('email', foldEmail(text))}@example.com`
  return {
    email,
    text: text =>
      text === '' ? '' : Value.Check(EMAIL, text) ? email(text) : `text-${digest('text', text)}`,
    property: name => (PROPERTY.test(name) ? name : `key-${digest('key', name)}`),
  }
}
