import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExactly } from '../../src/verify/capture.ts'

describe('A number is exact', () => {
  it.each([
    '0',
    '-0',
    '1',
    '1.0',
    '1.50',
    '0.1',
    '1e3',
    '1E+3',
    '-12.5e-1',
    '9007199254740992',
    '1e21',
    '5e-324',
  ])('%s', source => {
    expect(parseExactly(source)).toEqual({ value: Number(source), inexact: [] })
  })

  it('when JavaScript wrote it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), number => {
        expect(parseExactly(`[${JSON.stringify(number)}]`).inexact).toEqual([])
      }),
    )
  })
})

describe('A number is not exact', () => {
  it.each(['9007199254740993', '12345678901234567890', '0.1234567890123456789', '1e400', '1e-400'])(
    '%s',
    source => {
      expect(parseExactly(`{"a":[{"b/c":${source}}],"d":1}`).inexact).toEqual(['/a/0/b~1c'])
    },
  )
})

it('What is not JSON is refused', () => {
  expect(() => parseExactly('{')).toThrow(SyntaxError)
})
