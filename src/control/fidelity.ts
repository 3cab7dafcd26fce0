import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { OneOf } from '../contract/formats.ts'
import { KINDS, Ledger, STANDINGS } from '../fidelity/entry.ts'
import { readLedger } from '../fidelity/ledger.ts'
import { mergeRecord } from '../fidelity/record.ts'
import { responses } from './route.ts'

const Filter = Type.Object(
  {
    kind: Type.Optional(OneOf(KINDS, { description: 'Only entries of this kind' })),
    provenance: Type.Optional(OneOf(STANDINGS, { description: 'Only what is known so' })),
  },
  { additionalProperties: false },
)

/** How surely everything is known that the sandbox does. `record` is what a team has seen for itself. */
export const fidelityRoutes: FastifyPluginAsyncTypebox<{ record: Ledger | undefined }> = async (
  scope,
  { record },
) => {
  let ledger: Ledger | undefined

  function wholeLedger(): Ledger {
    ledger ??= record ? mergeRecord(readLedger(), record) : readLedger()
    return ledger
  }

  scope.route({
    method: 'GET',
    url: '/fidelity',
    config: { control: true },
    schema: {
      operationId: 'getFidelity',
      tags: ['Server'],
      summary: 'How surely each property, rule and error is known',
      querystring: Filter,
      response: responses({ 200: Ledger }),
    },
    handler: ({ query: { kind, provenance } }) => ({
      entries: wholeLedger().entries.filter(entry => {
        return (kind ?? entry.kind) === entry.kind && (provenance ?? entry.provenance) === entry.provenance
      }),
    }),
  })
}
