import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, it, test } from 'vitest'
import { parse } from 'yaml'
import { NODE_TYPES } from '../../src/contract/journey.ts'
import { NODE_CONFIGS } from '../../src/contract/node-config.ts'
import { checkSeed } from '../../src/seed/check.ts'
import { toDocument } from '../../src/seed/export.ts'
import { readSeed } from '../../src/seed/seed.ts'
import { ROOT } from '../support/docs.ts'

interface JsonSchema {
  type?: string
  const?: string
  description?: string
  examples?: unknown[]
  properties?: Record<string, JsonSchema>
  items?: JsonSchema
  anyOf?: JsonSchema[]
}

const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')
const schema: JsonSchema = JSON.parse(read('seed/seed.schema.json'))
const ajv = new Ajv({ strict: false, formats: { uuid: true } })
const validate = ajv.compile(schema)

const branches = schema.properties?.journeys?.items?.properties?.nodes?.items?.anyOf ?? []
const typeOf = ({ properties }: JsonSchema) => properties?.type?.const

describe('The JSON Schema of seeds', () => {
  test.each<[string, () => unknown]>([
    ['the demo', () => JSON.parse(read('seed/demo.json'))],
    ['the seed to start from', () => parse(read('seed/starter.yaml'))],
    ['the example of the page', () => parse(/^```yaml\n(.*?)^```$/ms.exec(read('docs/seeds.md'))?.[1] ?? '')],
    ['what is exported', () => toDocument(readSeed('demo'))],
  ])('knows %s', (_what, document) => {
    validate(document())
    expect(validate.errors ?? []).toEqual([])
  })

  it('has a branch for each type of node', () => {
    expect(branches.map(typeOf)).toEqual(NODE_TYPES)
  })

  test.each(branches.map(branch => [typeOf(branch) as keyof typeof NODE_CONFIGS, branch] as const))(
    'describes %s with its settings and an example that is good',
    (type, branch) => {
      const { properties = {}, examples = [] } = branch
      expect(branch.description?.length).toBeGreaterThan(10)
      const settings = Object.keys(NODE_CONFIGS[type].properties)
      const written = type === 'reward' ? settings.map(name => (name === 'type' ? 'reward' : name)) : settings
      for (const name of written) {
        expect(properties[name]?.description?.length, name).toBeGreaterThan(5)
        expect(properties[name]?.examples, name).not.toEqual([])
        for (const example of properties[name]?.examples ?? [])
          expect(
            ajv.validate(properties[name] as object, example),
            `${name}: ${JSON.stringify(example)}`,
          ).toBe(true)
      }
      expect(Object.keys(properties.config?.properties ?? {})).toEqual(settings)
      expect(examples).toHaveLength(1)
      const nodes = type === 'entry' ? examples : [{ type: 'entry', name: 'In' }, ...examples]
      const journey = {
        name: 'J',
        nodes,
        ...(type === 'condition' && { connections: [{ from: 'In', to: 'how-much' }] }),
      }
      expect(checkSeed({ journeys: [journey] }, '2026-01-01T00:00:00.000000').issues).toEqual([])
    },
  )

  it('describes every property', () => {
    const silent: string[] = []
    const visit = (pointer: string, { properties = {}, items, anyOf = [] }: JsonSchema) => {
      for (const [name, property] of Object.entries(properties)) {
        if (!property.description) silent.push(`${pointer}/${name}`)
        visit(`${pointer}/${name}`, property)
      }
      if (items) visit(pointer, items)
      for (const variant of anyOf) visit(`${pointer} ${typeOf(variant) ?? ''}`, variant)
    }
    visit('', schema)
    expect(silent).toEqual([])
  })
})
