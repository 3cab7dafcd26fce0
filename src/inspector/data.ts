import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyInstance } from 'fastify'
import { Conflict } from '../errors.ts'
import { type PlacedIssue, SeedError } from '../seed/issues.ts'
import { checkSeedText } from '../seed/seed.ts'
import { countOf } from '../text.ts'
import { section, table, time } from './elements.ts'
import { type ActionForm, actionForm, actionForms, field, fileField } from './forms.ts'
import { type Context, type Page, type SiteView, sitePath } from './view.ts'

/** The data of a site as a seed, its snapshots and its capsule, and a button that removes the site. */
export const dataPage = (view: SiteView): Page => ({
  title: 'Data',
  content: [seed(view), snapshots(view), ...(view.options.control ? [capsule(view), removal(view)] : [])],
})

function seed(view: SiteView): SafeHtml {
  const { site, options, notice, query } = view
  const refused = notice?.form?.seed
  const edited = query.edit === undefined ? undefined : JSON.stringify(site.content.read(), null, 2)
  const path = sitePath(site, 'data')
  const links = html`<span class="buttons"><a class="button small" href="${path}?edit=1">Edit here</a><a class="button small" href="${path}.json">Download seed</a></span>`
  return section(
    'Seed',
    html`<p class="hint">The whole site as a seed: a file for <code>--seed</code>, and for other sites. Replacing it changes no clock, no fault and no request.</p>
${refused === undefined ? '' : issues(refused, site.now())}
${actionForms(view, {
  action: 'putData',
  label: 'Replace the data',
  back: path,
  tone: 'primary',
  confirm: 'Replace all journeys and members of this site?',
  fields: fileField(view, 'Seed, in JSON or YAML', 'seed', {
    accept: '.json,.yaml,.yml',
    rows: 14,
    placeholder: 'journeys: …\nmembers: …',
    value: edited,
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
  const rows = view.site.snapshots.list().map(({ name, taken_at }) => {
    const restore: ActionForm = {
      action: 'restoreSnapshot',
      label: 'Restore',
      given: { name },
      tone: 'small',
      confirm: `Restore “${name}”? What changed since then is lost.`,
    }
    const remove: ActionForm = { ...restore, action: 'removeSnapshot', label: 'Remove', confirm: undefined }
    const buttons = html`${actionForm(view, restore)}${actionForm(view, remove)}`
    return [name, time(taken_at), html`<div class="buttons">${buttons}</div>`]
  })
  const nameField = field(view, 'Name', 'name', { required: true, maxlength: 200, value: 'before' })
  return section(
    'Snapshots',
    html`<p class="hint">A snapshot holds data, clock and faults, to return to.</p>
${table('Points to return to', ['Name', 'Taken', 'Action'], rows, 'No snapshot was taken.')}
${actionForms(view, { action: 'takeSnapshot', label: 'Take a snapshot', fields: nameField, example: { name: 'before' } })}`,
  )
}

/** Everything in the site as one file, to be opened in another sandbox. */
function capsule(view: SiteView): SafeHtml {
  const { site } = view
  return section(
    'Capsule',
    html`<p class="hint">A capsule holds data, clock, faults, snapshots and requests in one file, without signatures: what failed in a pipeline is opened here.</p>
${actionForms(view, {
  action: 'openCapsule',
  label: 'Open the capsule',
  confirm: 'Replace everything in this site by the capsule?',
  fields: fileField(view, 'Capsule, as JSON', 'capsule', { accept: '.json', rows: 3 }),
  example: { capsule: '{}' },
})}`,
    {
      aside: html`<a class="button small" href="${sitePath(site, 'capsule.json')}">Download capsule</a>`,
    },
  )
}

const removal = (view: SiteView): SafeHtml =>
  section(
    'Remove the site',
    actionForms(view, {
      action: 'removeSite',
      label: 'Remove the site',
      tone: 'danger',
      confirm: `Remove the site ${view.site.name} with everything in it?`,
    }),
  )

/** The files of a site, by their paths, with the path of the control API and the ending of the file name. */
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
