import { isUuid } from './ids.ts'
import { suggest } from './suggest.ts'

/** What other parts of a document may refer to, by its id, its label or its name. */
export interface Named {
  id: string
  /** The id as it is written; undefined when it is left out. */
  label?: string | undefined
  name?: string | undefined
}

/** Finds what a text refers to: an id or a label first, then a name. Gives the issue where that is nothing, or several. */
export function referencesTo<T extends Named>(items: readonly T[], what: string, within: string) {
  const byLabel = new Map(items.flatMap(item => [item.id, item.label].map(label => [label, item])))
  const byName = Map.groupBy(items, item => item.name)
  return (text: string): T | string => {
    const labelled = byLabel.get(text)
    if (labelled) return labelled
    const [found, ...more] = byName.get(text) ?? []
    if (found && more.length === 0) return found
    if (found)
      return `${more.length + 1} ${what}s are called "${text}"; give them ids, and refer to one by its id`
    const names = items.flatMap(({ label, name }) => [name, label]).filter(name => name !== undefined)
    const hint = isUuid(text)
      ? ''
      : `; ${suggest(
          text,
          [...new Set(names)].filter(name => !isUuid(name)),
        )}`
    return `no ${what} "${text}" in ${within}${hint}`
  }
}
