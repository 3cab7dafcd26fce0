/** What of a JSON Schema the walk reads; TypeBox's schemas and those of an OpenAPI document alike. */
export interface ShapeSchema {
  $ref?: string
  type?: string | string[]
  properties?: Record<string, ShapeSchema>
  required?: string[]
  items?: ShapeSchema
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
  const { properties = {}, required = [], items } = schema.$ref === undefined ? schema : resolve(schema.$ref)
  if (items) return propertiesOf(items, resolve, `${path}[]`)
  return Object.entries(properties).flatMap(([name, property]) => {
    const own = path === '' ? name : `${path}.${name}`
    return [
      { path: own, schema: property, required: required.includes(name) },
      ...propertiesOf(property, resolve, own),
    ]
  })
}
