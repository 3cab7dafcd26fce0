import { describe, expect, it } from 'vitest'
import { compareDocuments } from '../../src/verify/openapi-compare.ts'
import { readOpenApi } from '../../src/verify/openapi-document.ts'
import { type Document, downgraded, ourDocument } from '../support/openapi.ts'

const ours = await readOpenApi(ourDocument())

/** How our document differs from itself once this has been done to it; each in one line. */
async function changesBy(
  change: (document: Document) => unknown,
  version: '3.0' | '3.1' = '3.1',
): Promise<string[]> {
  const theirs = version === '3.1' ? ourDocument() : downgraded(ourDocument())
  change(theirs)
  return compareDocuments(ours, await readOpenApi(theirs)).map(
    ({ kind, aspect, places, ours, theirs, provenance }) =>
      `${provenance} ${kind} ${aspect} ${places[0]}: ${JSON.stringify(ours)} ${JSON.stringify(theirs)}`,
  )
}

const schema = (document: Document, name: string) => document.components.schemas[name]
const property = (document: Document, name: string, key: string) => schema(document, name).properties[key]
const operation = (document: Document, path: string) => document.paths[path].get

describe('There is no difference', () => {
  it.each<[string, (document: Document) => unknown]>([
    ['in our own document', () => undefined],
    [
      'when paths begin with the base path and end with a slash',
      d => movePaths(d, path => `/api/3.0${path}/`),
    ],
    [
      'when path parameters have other names',
      d => {
        movePaths(d, path => path.replace(/\{\w+\}/, '{id}'))
        for (const item of Object.values<Document>(d.paths))
          for (const one of item.get.parameters) if (one.in === 'path') one.name = 'id'
      },
    ],
    [
      'when a path parameter is not described',
      d => delete operation(d, '/user/{email_id}/journeys').parameters,
    ],
    [
      'when a parameter is described for the whole path',
      d => {
        const item = d.paths['/user/{email_id}/journeys']
        item.parameters = item.get.parameters
        delete item.get.parameters
      },
    ],
    ['when there is no operationId', d => delete operation(d, '/journeys').operationId],
    [
      'when there are further operations',
      d => {
        d.paths['/user/{email_id}/points'] = operation(d, '/journeys')
        d.paths['/journeys'].post = operation(d, '/journeys')
      },
    ],
    [
      'when security is declared for the whole document',
      d => {
        d.security = operation(d, '/journeys').security
        for (const item of Object.values<Document>(d.paths)) delete item.get.security
      },
    ],
    [
      'when credentials are written as headers',
      d => {
        for (const item of Object.values<Document>(d.paths)) {
          delete item.get.security
          item.get.parameters = [
            ...(item.get.parameters ?? []),
            { in: 'header', name: 'Authorization', required: true, schema: { type: 'string' } },
            { in: 'header', name: 'x-annexcloud-site', required: true, schema: { type: 'string' } },
            { in: 'header', name: 'Content-Type', required: true, schema: { type: 'string' } },
          ]
        }
      },
    ],
    [
      'when schemas are composed with allOf',
      d => {
        const { required, properties, ...rest } = schema(d, 'Journey')
        const { nodes, connections, ...base } = properties
        d.components.schemas.Base = { type: 'object', properties: base, required: required.slice(0, -2) }
        d.components.schemas.Journey = {
          ...rest,
          allOf: [
            { $ref: '#/components/schemas/Base' },
            { properties: { nodes, connections } },
            { required: ['nodes', 'connections'] },
          ],
        }
      },
    ],
    [
      'when null is a variant of oneOf',
      d => {
        const { type: _, ...rest } = property(d, 'UserJourney', 'expired_at')
        schema(d, 'UserJourney').properties.expired_at = {
          oneOf: [{ type: 'string', ...rest }, { type: 'null' }],
        }
      },
    ],
    [
      'when an enum is written as constants',
      d => {
        const status = property(d, 'Journey', 'status')
        status.anyOf = status.enum.toReversed().map((value: string) => ({ const: value }))
        delete status.enum
      },
    ],
    [
      'when variants are written as one object',
      d => {
        const variants = ['HeldReward', 'BlockedReward', 'IssuedReward'].map(name => schema(d, name))
        const properties = Object.assign({}, ...variants.map(variant => variant.properties))
        const status = { ...properties.status, enum: ['blocked', 'held', 'issued'] }
        const required = ['node_id', 'name', 'type', 'status']
        d.components.schemas.MemberReward = {
          type: 'object',
          properties: { ...properties, status },
          required,
        }
      },
    ],
    [
      'when media types have parameters or wildcards',
      d => {
        const { responses } = operation(d, '/journeys')
        responses['200'].content = {
          'Application/JSON; charset=utf-8': responses['200'].content['application/json'],
        }
        responses['401'].content = { '*/*': responses['401'].content['application/json'] }
      },
    ],
    [
      'when one response covers several statuses',
      d => {
        const { responses } = operation(d, '/journeys')
        operation(d, '/journeys').responses = {
          200: responses['200'],
          '4XX': responses['401'],
          default: responses['500'],
        }
      },
    ],
  ])('%s', async (_what, change) => {
    expect(await changesBy(change)).toEqual([])
    expect(await changesBy(change, '3.0')).toEqual([])
  })
})

const movePaths = (document: Document, rename: (path: string) => string) => {
  document.paths = Object.fromEntries(
    Object.entries(document.paths).map(([path, item]) => [rename(path), item]),
  )
}

describe('There is a difference', () => {
  it.each<[string, (document: Document) => unknown, string]>([
    [
      'a missing operation',
      d => delete d.paths['/journeys'],
      'documented extra operation getJourneys: "GET /journeys" null',
    ],
    [
      'another path',
      d => {
        d.paths['/list'] = d.paths['/journeys']
        delete d.paths['/journeys']
      },
      'documented changed path getJourneys: "/journeys" "/list"',
    ],
    [
      'another operationId',
      d => (operation(d, '/journeys').operationId = 'list'),
      'documented changed operationId getJourneys: "getJourneys" "list"',
    ],
    [
      'a property more',
      d => (schema(d, 'UserJourney').properties.points = { type: 'integer', format: 'int32' }),
      'null missing property getUserJourneysByEmail 200 journeys[].points: null "integer (int32)"',
    ],
    [
      'a property fewer',
      d => delete schema(d, 'JourneyNode').properties.name,
      'inferred extra property getJourney 200 nodes[].name: "required string" null',
    ],
    [
      'another type',
      d => (property(d, 'UserJourney', 'progress_percentage').type = 'number'),
      'documented changed type getUserJourneysByEmail 200 journeys[].progress_percentage: "string" "number"',
    ],
    [
      'another type further in',
      d => (property(d, 'JourneyNode', 'position').properties.x.type = 'string'),
      'inferred changed type getJourney 200 nodes[].position.x: "number" "string"',
    ],
    [
      'no type',
      d => (schema(d, 'UserJourney').properties.name = {}),
      'documented changed type getUserJourneysByEmail 200 journeys[].name: "string" "anything"',
    ],
    [
      'what may be null, in 3.1',
      d => (property(d, 'JourneyNode', 'name').type = ['null', 'string']),
      'inferred changed nullable getJourney 200 nodes[].name: false true',
    ],
    [
      'what may be null, in 3.0',
      d => (property(d, 'JourneyNode', 'name').nullable = true),
      'inferred changed nullable getJourney 200 nodes[].name: false true',
    ],
    [
      'what may be null, beside a reference in 3.0',
      d => {
        d.components.schemas.Name = { type: 'string' }
        schema(d, 'JourneyNode').properties.name = {
          allOf: [{ $ref: '#/components/schemas/Name' }],
          nullable: true,
        }
      },
      'inferred changed nullable getJourney 200 nodes[].name: false true',
    ],
    [
      'another format',
      d => (property(d, 'MemberEvent', 'completed_at').format = 'date-time'),
      'inferred changed format getMemberJourneys 200 journeys[].events[].completed_at: null "date-time"',
    ],
    [
      'another list of values',
      d => (property(d, 'MemberEvent', 'status').enum = ['Done', 'Completed']),
      'inferred changed enum getMemberJourneys 200 journeys[].events[].status: ["Completed"] ["Completed","Done"]',
    ],
    [
      'null in a list of values',
      d => property(d, 'MemberEvent', 'status').enum.push(null),
      'inferred changed nullable getMemberJourneys 200 journeys[].events[].status: false true',
    ],
    [
      'what need not be there',
      d => schema(d, 'UserJourneyList').required.pop(),
      'documented changed required getUserJourneysByEmail 200 journeys: true false',
    ],
    [
      'a parameter more',
      d =>
        (operation(d, '/journeys').parameters = [{ in: 'query', name: 'page', schema: { type: 'integer' } }]),
      'null missing parameter getJourneys query parameter page: null "integer"',
    ],
    [
      'another path parameter',
      d => (operation(d, '/journeys/{journey_id}').parameters[0].schema.format = 'ulid'),
      'documented changed format getJourney path parameter 1: "uuid" "ulid"',
    ],
    [
      'a response more',
      d => (operation(d, '/journeys').responses['418'] = { description: '' }),
      'null missing response getJourneys 418: null "418"',
    ],
    [
      'a response fewer',
      d => delete operation(d, '/journeys').responses['429'],
      'inferred extra response getJourneys 429: "429" null',
    ],
    [
      'another media type',
      d => {
        const { content } = operation(d, '/journeys').responses['200']
        content['application/xml'] = content['application/json']
      },
      'null missing body getJourneys 200: null "application/xml: object"',
    ],
    [
      'no body',
      d => delete operation(d, '/journeys').responses['200'].content,
      'documented extra body getJourneys 200: "application/json" null',
    ],
    [
      'other credentials',
      d => {
        operation(d, '/journeys').security = [{ token: [] }]
        delete operation(d, '/journeys').parameters
      },
      'observed changed security getJourneys: "header x-annexcloud-site + http bearer" "http bearer"',
    ],
  ])('%s', async (_what, change, line) => {
    expect(await changesBy(change)).toEqual([line])
  })

  it('reported once, with all its places, where one schema is in many responses', async () => {
    const theirs = ourDocument()
    property(theirs, 'ApiError', 'errorCode').type = 'integer'
    const [difference, ...others] = compareDocuments(ours, await readOpenApi(theirs))
    expect(others).toEqual([])
    expect(difference?.places).toHaveLength(35)
    expect(difference).toMatchObject({ aspect: 'type', ours: 'string', theirs: 'integer' })
  })

  it('listed by provenance: inferred first, then what our document lacks', async () => {
    const lines = await changesBy(d => {
      delete schema(d, 'Journey').properties.name
      delete schema(d, 'Journey').properties.created_by
      schema(d, 'Journey').properties.colour = { type: 'string' }
      property(d, 'ApiError', 'errorMessage').type = 'object'
    })
    expect(lines.map(line => line.split(' ', 1)[0])).toEqual(['inferred', 'null', 'documented', 'documented'])
  })

  it('in a schema that contains itself, and the comparison ends', async () => {
    const line = 'null missing property getJourney 200 nodes[].children: null "array"'
    const node = '#/components/schemas/JourneyNode'
    expect(
      await changesBy(
        d => (schema(d, 'JourneyNode').properties.children = { type: 'array', items: { $ref: node } }),
      ),
    ).toEqual([line])
  })
})
