import { setImmediate } from 'node:timers/promises'
import { html, type SafeHtml } from '@remix-run/html-template'
import type { JourneyRecord } from '../contract/records.ts'
import { expiryOf } from '../engine/as-of.ts'
import type { Site } from '../sites/site.ts'
import type { JourneyCount } from '../store/overview.ts'
import { count } from '../text.ts'
import { chip, journeyLink, searchableList, searchOf, statusChip, table, time } from './elements.ts'
import type { Page, SiteView } from './view.ts'

/** The journeys of a site. */
export async function journeysPage(view: SiteView): Promise<Page> {
  const { search, limit, offset } = searchOf(view)
  const found = view.site.store
    .journeys()
    .filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()))
  const list = await journeyTable(view.site, found.slice(offset, offset + limit), search)
  return {
    title: 'Journeys',
    content: searchableList(view, { what: 'journeys', by: 'name', list, total: found.length }),
  }
}

/** Journeys, with how many members are in which state. */
async function journeyTable(
  site: Site,
  journeys: readonly JourneyRecord[],
  search: string,
): Promise<SafeHtml> {
  const counts = await journeyCounts(site, journeys)
  const columns = [
    'Journey',
    'Status',
    'Starts',
    'Ends',
    { number: 'Entered' },
    { number: 'In progress' },
    { number: 'Completed' },
    { number: 'Expired' },
  ]
  const rows = journeys.map((journey, i) => {
    const { entered, completed, expired } = counts[i] as JourneyCount
    return [
      journeyLink(site, journey.id, journey.name),
      journeyStatus(site, journey),
      time(journey.start_date),
      time(journey.end_date),
      count(entered),
      count(entered - completed - expired),
      count(completed),
      count(expired),
    ]
  })
  const otherwise = search === '' ? 'There are no journeys.' : 'No name contains this.'
  return table('The journeys of this site, oldest first', columns, rows, otherwise)
}

/** How many members are in which state in each of these journeys, counted one by one, so that other requests get their turn. */
export async function journeyCounts(
  { store, now }: Site,
  journeys: readonly JourneyRecord[],
): Promise<JourneyCount[]> {
  const counts: JourneyCount[] = []
  for (const { id } of journeys) {
    counts.push(store.journeyCount(id, now()) ?? { id, entered: 0, completed: 0, expired: 0 })
    if (counts.length % 10 === 0) await setImmediate()
  }
  return counts
}

export const journeyStatus = (site: Site, journey: JourneyRecord): SafeHtml =>
  html`${statusChip(journey.status)}${expiryOf(journey, site.now()) === null ? '' : html` ${chip('ended', 'off')}`}`
