import { PROVENANCE_KEYWORD } from '../contract/provenance.ts'
import type { Part } from './document.ts'
import type { Shape, ShapeReader } from './shape.ts'

/**
 * Writes schemas of the vendor's document as ours are written: OpenAPI 3.1, in one piece, with provenance, and without a
 * word of the vendor's. One that contains itself goes to `components`, the schemas of the document they are for.
 */
export function schemaWriter(read: ShapeReader, components: Part): (schema: unknown) => Part {
  const open = new Set<Shape>()
  const names = new Map<Shape, string>()

  const nameFor = (shape: Shape): string => {
    let number = names.size + 1
    while (`Vendor${number}` in components) number++
    const name = names.get(shape) ?? `Vendor${number}`
    names.set(shape, name)
    return name
  }
  const referTo = (shape: Shape): Part => ({ $ref: `#/components/schemas/${nameFor(shape)}` })

  const write = (schema: unknown): Part => {
    const shape = read(schema)
    if (open.has(shape) || names.has(shape)) return referTo(shape)
    open.add(shape)
    const written = { ...facetsOf(shape), ...contentOf(shape) }
    open.delete(shape)
    const name = names.get(shape)
    if (name === undefined) return written
    components[name] = written
    return referTo(shape)
  }

  const contentOf = ({ properties, required, items }: Shape): Part => {
    const needed = [...properties.keys()].filter(name => required.has(name))
    const written = [...properties].map(([name, schema]) => [
      name,
      { ...write(schema), [PROVENANCE_KEYWORD]: 'documented' },
    ])
    return {
      ...(written.length > 0 && { properties: Object.fromEntries(written) }),
      ...(needed.length > 0 && { required: needed }),
      ...(items !== undefined && { items: write(items) }),
    }
  }
  return write
}

/** The keywords for what a shape says of a value itself. */
export function facetsOf({ types, nullable, format, values }: Shape): Part {
  const names = [...(types ?? []), ...(nullable ? ['null'] : [])]
  return {
    ...(types && { type: names.length === 1 ? names[0] : names }),
    ...(format !== null && { format }),
    ...(values && { enum: [...values.map(value => JSON.parse(value)), ...(nullable ? [null] : [])] }),
  }
}
