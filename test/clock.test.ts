import { describe, expect, test } from 'vitest'
import { addDuration, addMilliseconds, InvalidTime, isoOf, parseTime, timestampOf } from '../src/clock.ts'
import { FIRST_TIMESTAMP, LAST_TIMESTAMP } from '../src/contract/formats.ts'

describe('A time that comes in becomes a vendor timestamp', () => {
  test.each([
    ['2025-01-15T10:33:32.500861', '2025-01-15T10:33:32.500861'],
    ['2025-01-15T10:33:32', '2025-01-15T10:33:32.000000'],
    ['2025-01-15T10:33:32.5008619', '2025-01-15T10:33:32.500861'],
    ['2025-01-15T10:33:32.5Z', '2025-01-15T10:33:32.500000'],
    ['2025-01-15 10:33:32.500861', '2025-01-15T10:33:32.500861'],
    ['2025-01-15T10:33:32+02:00', '2025-01-15T08:33:32.000000'],
    ['2025-01-15T10:33:32-0700', '2025-01-15T17:33:32.000000'],
    ['2025-12-31T23:59:60.000000', '2025-12-31T23:59:59.000000'],
    ['0000-01-01T00:00:00Z', FIRST_TIMESTAMP],
    ['9999-12-31T23:59:59.999999999Z', LAST_TIMESTAMP],
  ])('%s → %s', (text, timestamp) => {
    expect(parseTime(text)).toBe(timestamp)
  })

  test.each([
    'tomorrow',
    '',
    '2025-02-30T00:00:00Z',
    '2025-01-15T25:00:00Z',
    '+275760-09-13T00:00:00Z',
    '-000001-12-31T23:59:59Z',
    '+010000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-00:01',
    '0000-01-01T00:00:00+00:01',
  ])('or is refused: "%s"', text => {
    expect(() => parseTime(text)).toThrow(InvalidTime)
  })
})

describe('A time plus a duration', () => {
  test.each([
    ['2025-01-31T00:00:00.000001', 'P1M', '2025-02-28T00:00:00.000001'],
    ['2025-01-31T00:00:00.500861', 'P3DT4H', '2025-02-03T04:00:00.500861'],
    ['2025-01-31T00:00:00.000000', '-PT0.000001S', '2025-01-30T23:59:59.999999'],
  ])('%s + %s = %s', (timestamp, duration, sum) => {
    expect(addDuration(timestamp, duration)).toBe(sum)
  })

  test.each(['P8000Y', 'P275761Y', '-P2026Y', 'PT999999999999999H', '3 days', 'P', ''])(
    'that is none, or outside the years 0000 to 9999, is refused: "%s"',
    duration => {
      expect(() => addDuration('2025-01-31T00:00:00.000000', duration)).toThrow(InvalidTime)
    },
  )

  test('or is the nearest time inside', () => {
    expect(addDuration('2025-01-31T00:00:00.000000', 'P8000Y', 'constrain')).toBe(LAST_TIMESTAMP)
    expect(addDuration('2025-01-31T00:00:00.000000', '-P8000Y', 'constrain')).toBe(FIRST_TIMESTAMP)
    expect(addMilliseconds('9999-12-31T23:59:59.000001', 1000)).toBe(LAST_TIMESTAMP)
    expect(addMilliseconds(FIRST_TIMESTAMP, -1)).toBe(FIRST_TIMESTAMP)
    expect(addMilliseconds('1969-12-31T23:59:59.999001', 2)).toBe('1970-01-01T00:00:00.001001')
  })
})

test.each([Number.NaN, Number.POSITIVE_INFINITY, 253_402_300_800_000, -62_167_219_200_001])(
  'A system clock that shows %d is refused',
  instant => {
    expect(() => timestampOf(instant)).toThrow(InvalidTime)
    expect(() => isoOf(instant)).toThrow(InvalidTime)
  },
)
