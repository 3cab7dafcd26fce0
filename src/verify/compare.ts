import { isObject } from '../contract/json.ts'
import type { Property } from '../contract/shape.ts'
import type { PropertyVerdict } from '../fidelity/entry.ts'
import { departure, expectationOf, kindOf } from './kinds.ts'

/** What became of a property in all the answers there were. */
export interface PropertyFinding {
  path: string
  verdict: PropertyVerdict
  /** What the schema asks for; null for what it does not know. */
  expected: string | null
  /** The kinds of the values that do not fit; of all values, where they do. */
  found: string[]
  /** In how many objects the property was. */
  seen: number
  /** In how many it could have been. */
  of: number
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')))
const nameOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1)

/** All values at a path, in every answer. */
function valuesAt(answers: unknown[], path: string): unknown[] {
  if (path === '') return answers
  const name = nameOf(path).replace('[]', '')
  const values = valuesAt(answers, parentOf(path)).flatMap(whole => {
    return isObject(whole) && Object.hasOwn(whole, name) ? [whole[name]] : []
  })
  return path.endsWith('[]') ? values.filter(Array.isArray).flat() : values
}

/** Compares answers with the properties that they should have. Shapes only: no finding has a value in it. */
export function compare(properties: Property[], answers: unknown[]): PropertyFinding[] {
  const byParent = Map.groupBy(properties, ({ path }) => parentOf(path))
  return [
    ...properties.map(property => judge(property, answers, byParent.has(`${property.path}[]`))),
    ...[...byParent].flatMap(([parent, known]) => extras(parent, known, valuesAt(answers, parent))),
  ]
}

function judge(
  { path, schema, required }: Property,
  answers: unknown[],
  listsObjects: boolean,
): PropertyFinding {
  // At the top, what is no object lacks every property; further down, its own path says that it is none.
  const parent = parentOf(path)
  const holders = valuesAt(answers, parent).filter(value => parent === '' || isObject(value))
  const values = valuesAt(answers, path)
  const strangers = listsObjects ? valuesAt(answers, `${path}[]`).filter(item => !isObject(item)) : []
  const unfit = Map.groupBy(values, value => departure(schema, value))
  unfit.delete(undefined)
  const departures = [...unfit.keys()]
  const finding = { path, expected: expectationOf(schema), seen: values.length, of: holders.length }
  if (required && values.length < holders.length)
    return { ...finding, verdict: 'missing', found: kindsOf(values) }
  if (values.length === 0) return { ...finding, verdict: 'not seen', found: [] }
  if (departures.length > 0) {
    const verdict = departures.includes('other type') ? 'other type' : 'other format'
    return { ...finding, verdict, found: kindsOf([...unfit.values()].flat()) }
  }
  if (strangers.length > 0) {
    return { ...finding, verdict: 'other type', found: kindsOf(strangers).map(kind => `array of ${kind}`) }
  }
  return { ...finding, verdict: 'matches', found: kindsOf(values) }
}

const kindsOf = (values: unknown[]): string[] => [...new Set(values.map(kindOf))].sort()

function extras(parent: string, known: Property[], holders: unknown[]): PropertyFinding[] {
  const objects = holders.filter(isObject)
  const names = new Set(known.map(({ path }) => nameOf(path)))
  const others = objects.flatMap(object => Object.entries(object).filter(([name]) => !names.has(name)))
  return [...Map.groupBy(others, ([name]) => printable(name))].map(([name, found]) => ({
    path: parent === '' ? name : `${parent}.${name}`,
    verdict: 'extra',
    expected: null,
    found: kindsOf(found.map(([, value]) => value)),
    seen: found.length,
    of: objects.length,
  }))
}

// A name that is no identifier may be data, such as an email or an id that things are listed by.
const printable = (name: string): string =>
  /^[A-Za-z_$][\w$]{0,63}$/.test(name) ? name : '(a name that is data)'
