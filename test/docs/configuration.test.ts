import { expect, test } from 'vitest'
import { Config, type SettingName, settings } from '../../src/config.ts'
import { section, span, table } from '../support/docs.ts'

const PAGE = 'docs/configuration.md'

test('docs/configuration.md has each setting with its flag, variable, default and option, and what it means', () => {
  const rows = table(section('## All settings', PAGE), 'flag')
  expect(
    rows.map(([flag, variable, fallback, option]) => [
      span(flag),
      span(variable),
      span(fallback) || fallback,
      span(option),
    ]),
  ).toEqual(
    Object.entries(settings).map(([name, { flag, env }]) => [
      flag,
      env,
      defaultOf(name as SettingName),
      name,
    ]),
  )
  for (const [flag, , , , meaning] of rows) expect(meaning, flag).toMatch(/\.$/)
})

/** As the page shows it. */
function defaultOf(name: SettingName): string {
  const value = Config.properties[name].default
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return String(value) || 'none'
}
