/** The keywords of a JSON Schema that are read here, from TypeBox or from an OpenAPI document. */
export interface ShapeSchema {
  $ref?: string
  type?: string | string[]
  properties?: Record<string, ShapeSchema>
  required?: string[]
  items?: ShapeSchema
  oneOf?: ShapeSchema[]
  [keyword: string]: unknown
}

/** A property, wherever in an answer it is. */
export interface Property {
  /** From the top of the answer: names joined by dots, `[]` after those that are arrays, as in `journeys[].id`. */
  path: string
  schema: ShapeSchema
  required: boolean
}

/** Every property that a schema knows, those of its parts after their whole. `resolve` finds what a `$ref` refers to. */
export function propertiesOf(
  schema: ShapeSchema,
  resolve: (reference: string) => ShapeSchema,
  path = '',
): Property[] {
  const {
    properties = {},
    required = [],
    items,
    oneOf,
  } = schema.$ref === undefined ? schema : resolve(schema.$ref)
  if (oneOf) return inAny(oneOf.map(variant => propertiesOf(variant, resolve, path)))
  if (items) return propertiesOf(items, resolve, `${path}[]`)
  return Object.entries(properties).flatMap(([name, property]) => {
    const own = path === '' ? name : `${path}.${name}`
    return [
      { path: own, schema: property, required: required.includes(name) },
      ...propertiesOf(property, resolve, own),
    ]
  })
}

/** The properties of several variants: those that a variant lacks are not required. */
function inAny(variants: Property[][]): Property[] {
  const all = new Map(variants.flat().map(property => [property.path, property]))
  return [...all.values()].map(property => ({
    ...property,
    required: variants.every(variant =>
      variant.some(({ path, required }) => path === property.path && required),
    ),
  }))
}
