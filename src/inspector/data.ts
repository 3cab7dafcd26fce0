import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyInstance } from 'fastify'
import { Conflict } from '../errors.ts'
import { type PlacedIssue, SeedError } from '../seed/issues.ts'
import { checkSeedText } from '../seed/seed.ts'
import { countOf, facts, idleExpiry, section, table, time } from './elements.ts'
import { type ActionForm, buttons, buttonsWithCurl, curls, field, fileField, formWithCurl } from './forms.ts'
import { sitePath } from './paths.ts'
import type { Context, Page, SiteView } from './view.ts'

/** The data of a site as a seed, to download and to replace; its snapshots; and the site itself. */
export const dataPage = (view: SiteView): Page => ({
  title: 'Data',
  tab: 'data',
  content: [seed(view), snapshots(view), view.options.control ? capsule(view) : '', siteSettings(view)],
})

function seed(view: SiteView): SafeHtml {
  const { site, options, notice, query } = view
  const refused = notice?.form?.seed
  const edited = query.edit === undefined ? undefined : JSON.stringify(site.content.read(), null, 2)
  const path = sitePath(site, 'data')
  const links = html`<span class="buttons"><a class="button small" href="${path}?edit=1">Edit here</a><a class="button small" href="${path}.json" download="${site.site_id}.seed.json">Download seed</a></span>`
  return section(
    'Seed',
    html`<p class="hint">The whole site as a seed: a file for <code>--seed</code>, and for other sites. Replacing it changes no clock, no fault and no request.</p>
${refused === undefined ? '' : issues(refused, site.now())}
${formWithCurl(view, {
  action: 'putData',
  label: 'Replace the data',
  back: path,
  tone: 'primary',
  confirm: 'Replace all journeys and members of this site?',
  fields: fileField('Seed, in JSON or YAML', 'seed', '.json,.yaml,.yml', {
    rows: 14,
    placeholder: 'journeys: …\nmembers: …',
    value: refused ?? edited,
  }),
  example: { seed: '{"site":{},"journeys":[],"members":[]}' },
})}`,
    { aside: options.control ? links : undefined },
  )
}

const MOST_ISSUES = 50

/** The issues of a seed that was refused, each with its line. */
function issues(text: string, now: string): SafeHtml | string {
  const found = issuesIn(text, now)
  if (found.length === 0) return ''
  const lines = text.split('\n')
  const rows = found
    .slice(0, MOST_ISSUES)
    .map(({ line = 1, column = 1, pointer, message }) => [
      html`<span class="number">${line}:${column}</span>`,
      html`<code class="line">${(lines[line - 1] ?? '').trim().slice(0, 120)}</code>`,
      html`<code>${pointer || '/'}</code> ${message}`,
    ])
  const more = found.length - rows.length
  return html`<div class="notice bad" role="alert"><p><strong>${countOf(found.length, 'issue')}.</strong> Nothing was changed.</p></div>
${table('The issues of the seed', ['Line', 'Text', 'Issue'], rows)}${more > 0 ? html`<p class="hint">and ${more} more</p>` : ''}`
}

function issuesIn(text: string, now: string): readonly PlacedIssue[] {
  try {
    return checkSeedText(text, { name: '', now }).issues
  } catch (error) {
    if (error instanceof SeedError) return error.issues
    throw error
  }
}

function snapshots(view: SiteView): SafeHtml {
  const restore = (name: string): ActionForm => ({
    action: 'restoreSnapshot',
    label: 'Restore',
    given: { name },
    tone: 'small',
    confirm: `Restore “${name}”? What changed since then is lost.`,
  })
  const remove = (name: string): ActionForm => ({
    action: 'removeSnapshot',
    label: 'Remove',
    given: { name },
    tone: 'small',
  })
  const rows = view.site.snapshots
    .list()
    .map(({ name, taken_at }) => [name, time(taken_at), buttons(view, [restore(name), remove(name)])])
  const take: ActionForm = {
    action: 'takeSnapshot',
    label: 'Take a snapshot',
    fields: field('Name', 'name', { required: true, maxlength: 200, value: 'before' }),
    example: { name: 'before' },
  }
  return section(
    'Snapshots',
    html`<p class="hint">A snapshot holds data, clock and faults, to return to.</p>
${table('Points to return to', ['Name', 'Taken', 'Action'], rows, 'No snapshot was taken.')}
${buttons(view, [take])}
${curls(view, [take, restore('before')])}`,
  )
}

/** All of the site in one file, to be looked at elsewhere. */
function capsule(view: SiteView): SafeHtml {
  const { site, notice } = view
  return section(
    'Capsule',
    html`<p class="hint">A capsule holds data, clock, faults, snapshots and requests in one file, without signatures: what failed in a pipeline is opened here.</p>
${formWithCurl(view, {
  action: 'openCapsule',
  label: 'Open the capsule',
  confirm: 'Replace everything in this site by the capsule?',
  fields: fileField('Capsule, as JSON', 'capsule', '.json', { rows: 3, value: notice?.form?.capsule }),
  example: { capsule: '{}' },
})}`,
    {
      aside: html`<a class="button small" href="${sitePath(site, 'capsule.json')}" download="${site.site_id}.capsule.json">Download capsule</a>`,
    },
  )
}

function siteSettings(view: SiteView): SafeHtml {
  const { site, options, baseUrl } = view
  const remove: ActionForm = {
    action: 'removeSite',
    label: 'Remove the site',
    tone: 'danger',
    confirm: `Remove the site ${site.name} with everything in it?`,
  }
  return section(
    'Site',
    html`${facts([
      ['Name', site.name],
      ['Site id', html`<code>${site.site_id}</code>`],
      ['Secret', options.control && html`<code>${site.secret}</code>`],
      ['Base URL', html`<code>${baseUrl}</code>`],
      ['Revision', site.store.revision()],
      ['Created', time(site.store.creation().created_at)],
      ['Expires when idle', idleExpiry(options.sites, site) ?? 'never'],
    ])}
${buttonsWithCurl(view, [remove])}`,
  )
}

/** The files of a site, by their paths: what the control API has, and the ending of the file's name. */
const FILES = {
  'data.json': { source: 'data', ending: 'seed.json' },
  'requests.har': { source: 'requests.har', ending: 'har' },
  'capsule.json': { source: 'capsule', ending: 'capsule.json' },
}

/** Downloads what the control API answers: a link to it cannot send the control token. */
export async function downloadRoutes(
  scope: FastifyInstance,
  { options: { sites, control } }: Context,
): Promise<void> {
  for (const [file, { source, ending }] of Object.entries(FILES)) {
    scope.get<{ Params: { site_id: string } }>(
      `/sites/:site_id/${file}`,
      { schema: { hide: true } },
      async ({ params }, reply) => {
        const { site_id } = sites.get(params.site_id)
        if (!control) throw new Conflict('the control API is off, so there is nothing to download')
        const path = `/_sandbox/sites/${encodeURIComponent(site_id)}/${source}`
        const { status, body } = await control({ method: 'GET', path })
        const name = `${site_id.replace(/[^\w.-]/g, '_')}.${ending}`
        return reply
          .code(status)
          .type('application/json')
          .header('content-disposition', `attachment; filename="${name}"`)
          .send(body)
      },
    )
  }
}
