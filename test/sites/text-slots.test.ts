import fc from 'fast-check'
import { expect, test } from 'vitest'
import { textSlots } from '../../src/sites/text-slots.ts'

const latin1 = fc.string({
  unit: fc.integer({ min: 0, max: 0xff }).map(code => String.fromCharCode(code)),
  maxLength: 20,
})
// Around what fits into a slot, too.
const text = fc.oneof(
  latin1,
  fc.tuple(latin1, fc.integer({ min: 2030, max: 2060 })).map(([start, length]) => start.padEnd(length, 'x')),
)

test('Whatever was set before, a slot has what was set last', () => {
  const writes = fc.array(fc.tuple(fc.nat({ max: 70 }), text), { minLength: 1, maxLength: 100 })
  fc.assert(
    fc.property(writes, writes => {
      const slots = textSlots()
      const last = new Map<number, string>()
      for (const [slot, text] of writes) {
        slots.set(slot, text)
        last.set(slot, text)
      }
      for (const [slot, text] of last) expect(slots.get(slot)).toBe(text)
    }),
  )
})
