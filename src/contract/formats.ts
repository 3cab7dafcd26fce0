import {
  FormatRegistry,
  Kind,
  type Static,
  type TSchema,
  type TString,
  Type,
  TypeRegistry,
} from '@sinclair/typebox'

/** How surely a property is known: the three letters of CONTRACT.md, D, C and I. */
export type Provenance = 'documented' | 'observed' | 'inferred'

/** The OpenAPI extension that says how surely a property is known. */
export const PROVENANCE_KEYWORD = 'x-provenance'

const marked =
  (provenance: Provenance) =>
  <T extends TSchema>(schema: T): T => ({ ...schema, [PROVENANCE_KEYWORD]: provenance })

/** The vendor's documentation says so (D). */
export const documented = marked('documented')

/** No source says so; it is the sandbox's reading (I). */
export const inferred = marked('inferred')

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
FormatRegistry.Set('uuid', value => UUID.test(value))

// The local part is quoted, or free of white space and of the characters RFC 5321 reserves; the domain has a dot. Characters
// beyond ASCII are allowed in both (RFC 6531). Written without \p{…} and without a literal quotation mark, so that every
// regular expression engine loads it, also from generated source code.
const EMAIL_PATTERN =
  '^(\\x22([^\\x22\\\\\\r\\n]|\\\\[^\\r\\n])+\\x22|[^\\s@\\x22(),:;<>\\[\\]\\\\]+)@[^\\s@\\x22(),:;<>\\[\\]\\\\/.]+(\\.[^\\s@\\x22(),:;<>\\[\\]\\\\/.]+)+$'

/** The vendor's timestamp: UTC (I), no zone designator, six fraction digits (D). Sorts as text. */
export const TIMESTAMP_PATTERN =
  '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{6}$'

/** The first and the last moment that a timestamp can name; every time that is accepted or computed lies between them. */
export const FIRST_TIMESTAMP = '0000-01-01T00:00:00.000000'
export const LAST_TIMESTAMP = '9999-12-31T23:59:59.999999'

/** A description, or several annotations. */
type Annotations =
  | string
  | { description?: string; examples?: unknown[]; default?: unknown; expectation?: string }

const annotationsOf = (given: Annotations) => (typeof given === 'string' ? { description: given } : given)

export const Text = (description: string): TString => Type.String({ description })

/** A UUID as the vendor writes it (CONTRACT.md, Formats); read without regard to case. */
export const Uuid = (annotations: Annotations = {}): TString =>
  Type.String({ format: 'uuid', ...annotationsOf(annotations) })

/** A UUID in lower case, as the vendor writes it: for the parts of a seed, which refer to one another by it. */
export const LowerCaseUuid = (annotations: Annotations = {}): TString =>
  Type.String({ format: 'uuid', pattern: '^[0-9a-f-]+$', ...annotationsOf(annotations) })

/** An email address that may be quoted, tagged with a plus, or beyond ASCII. */
export const Email = (annotations: Annotations = {}): TString =>
  Type.String({ pattern: EMAIL_PATTERN, maxLength: 320, ...annotationsOf(annotations) })

/** `YYYY-MM-DDTHH:MM:SS.ffffff` (CONTRACT.md, Formats). */
export const Timestamp = (annotations: Annotations = {}): TString =>
  Type.String({ pattern: TIMESTAMP_PATTERN, ...annotationsOf(annotations) })

/** `type: [T, "null"]`, a nullable of OpenAPI 3.1. TypeBox does not validate it, so what is read is `orNull` instead. */
export const Nullable = <T extends TSchema & { type: string }>(schema: T) =>
  Type.Unsafe<T['static'] | null>({ ...schema, type: [schema.type, 'null'] })

/** A schema of the wire, by the reference that the OpenAPI document shows. */
export const refTo = <T extends TSchema>({ $id }: T) => Type.Unsafe<Static<T>>(Type.Ref(`${$id}#`))

const STRING_ENUM = 'StringEnum'
TypeRegistry.Set<{ enum: readonly string[] }>(STRING_ENUM, (schema, value) =>
  schema.enum.includes(value as string),
)

/** One of these strings, as a plain `enum`, which every OpenAPI tool reads; TypeBox's own union is an `anyOf` of constants. */
export const OneOf = <const T extends string>(values: readonly T[], annotations: Annotations = {}) =>
  Type.Unsafe<T>({ [Kind]: STRING_ENUM, type: 'string', enum: values, ...annotationsOf(annotations) })

/** The form in which emails are compared: without regard to case. */
export const foldEmail = (email: string): string => email.normalize('NFC').toLowerCase()
