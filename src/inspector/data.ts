import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Conflict } from '../errors.ts'
import { type PlacedIssue, SeedError } from '../seed/issues.ts'
import { checkSeedText } from '../seed/seed.ts'
import { type ActionForm, curls } from './action-forms.ts'
import { facts, section, table, time } from './elements.ts'
import { sendPage } from './page.ts'
import { dataPath, sitePath } from './paths.ts'
import { PAGE, type PageOptions, type SiteView, siteViewOf } from './view.ts'

/** What the control API has under these paths of a site, by the ending of the file. */
const FILES = { data: 'seed.json', 'requests.har': 'har', capsule: 'capsule.json' }

/** Sends what the control API answers as a file: a link cannot send the control token. */
async function sendFile(
  view: SiteView,
  rest: keyof typeof FILES,
  type: string,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { site, options } = view
  if (!options.control) throw new Conflict('the control API is off, so there is nothing to download')
  const path = `/_sandbox/sites/${encodeURIComponent(site.site_id)}/${rest}`
  const { status, body } = await options.control({ method: 'GET', path })
  return reply
    .code(status)
    .type(type)
    .header(
      'content-disposition',
      `attachment; filename="${site.site_id.replace(/[^\w.-]/g, '_')}.${FILES[rest]}"`,
    )
    .send(body)
}

/** The data of a site as a seed, to download and to replace; its snapshots; and the site itself. */
export async function dataRoutes(scope: FastifyInstance, page: PageOptions): Promise<void> {
  scope.get('/sites/:site_id/data.json', PAGE, (request, reply) =>
    sendFile(siteViewOf(request, page), 'data', 'application/json', reply),
  )
  scope.get('/sites/:site_id/requests.har', PAGE, (request, reply) =>
    sendFile(siteViewOf(request, page), 'requests.har', 'application/json', reply),
  )
  scope.get('/sites/:site_id/capsule.json', PAGE, (request, reply) =>
    sendFile(siteViewOf(request, page), 'capsule', 'application/json', reply),
  )
  scope.get('/sites/:site_id/data', PAGE, (request, reply) => {
    const view = siteViewOf(request, page)
    return sendPage(reply, {
      view,
      title: 'Data',
      tab: 'data',
      content: [seedForm(view), snapshots(view), capsule(view), siteSettings(view)],
    })
  })
}

function seedForm(view: SiteView): SafeHtml {
  const { site, form, options, origin, notice } = view
  const edited = view.query.edit === undefined ? undefined : JSON.stringify(site.content.read(), null, 2)
  const text = notice?.form?.seed ?? edited
  const upload: ActionForm = {
    action: 'putData',
    site: site.site_id,
    label: 'Replace the data',
    back: dataPath(site.site_id),
    tone: 'primary',
    confirm: 'Replace all journeys and members of this site?',
    fields: html`<label class="wide">Seed, in JSON or YAML <textarea name="seed" rows="14" spellcheck="false" required data-file-target placeholder="journeys: …
members: …">${text}</textarea></label>
<label data-file hidden>Or a file <input type="file" accept=".json,.yaml,.yml"></label>`,
  }
  return section(
    'Seed',
    html`<p class="hint">The whole site as a seed: a file for <code>--seed</code>, and for other sites. To replace it changes no clock, no fault and no request.</p>
${notice?.form?.seed === undefined ? '' : issues(notice.form.seed, site.now())}
${form(upload)}
${curls(options, origin, [{ action: 'putData', site: site.site_id, given: { seed: '{"site":{},"journeys":[],"members":[]}' } }])}`,
    {
      aside: options.control
        ? html`<span class="buttons"><a class="button small" href="${dataPath(site.site_id)}?edit=1">Edit here</a><a class="button small" href="${dataPath(site.site_id)}.json" download="${site.site_id}.seed.json">Download seed</a></span>`
        : undefined,
    },
  )
}

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
  return html`<div class="notice bad" role="alert"><p><strong>${found.length} ${found.length === 1 ? 'issue' : 'issues'}.</strong> Nothing was changed.</p></div>
${table('The issues of the seed', ['Line', 'Text', 'Issue'], rows)}${found.length > MOST_ISSUES ? html`<p class="hint">and ${found.length - MOST_ISSUES} more</p>` : ''}`
}

function issuesIn(text: string, now: string): readonly PlacedIssue[] {
  try {
    return checkSeedText(text, { name: '', now }).issues
  } catch (error) {
    if (error instanceof SeedError) return error.issues
    throw error
  }
}

const MOST_ISSUES = 50

function snapshots(view: SiteView): SafeHtml {
  const { site, form, options, origin, path } = view
  const common = { site: site.site_id, back: dataPath(site.site_id) }
  const rows = site.snapshots.list().map(({ name, taken_at }) => [
    name,
    time(taken_at),
    html`<div class="buttons">${form({
      ...common,
      action: 'restoreSnapshot',
      label: 'Restore',
      given: { name },
      tone: 'small',
      confirm: `Restore “${name}”? What changed since then is lost.`,
    })}${form({ ...common, action: 'removeSnapshot', label: 'Remove', given: { name }, tone: 'small' })}</div>`,
  ])
  const take: ActionForm = {
    ...common,
    back: path,
    action: 'takeSnapshot',
    label: 'Take a snapshot',
    fields: html`<label>Name <input name="name" required maxlength="200" value="before"></label>`,
  }
  return section(
    'Snapshots',
    html`<p class="hint">A snapshot holds data, clock and faults, to return to.</p>
${table('Points to return to', ['Name', 'Taken', 'Action'], rows, { otherwise: 'No snapshot was taken.' })}
${form(take)}
${curls(options, origin, [
  { ...take, given: { name: 'before' } },
  { ...common, action: 'restoreSnapshot', given: { name: 'before' } },
])}`,
  )
}

/** All of the site in one file, to be looked at elsewhere. */
function capsule(view: SiteView): SafeHtml | string {
  const { site, form, options, origin, notice } = view
  if (!options.control) return ''
  const path = dataPath(site.site_id)
  const open: ActionForm = {
    action: 'openCapsule',
    site: site.site_id,
    label: 'Open the capsule',
    back: path,
    confirm: 'Replace everything in this site by the capsule?',
    fields: html`<label class="wide">Capsule, as JSON <textarea name="capsule" rows="3" spellcheck="false" required data-file-target>${notice?.form?.capsule}</textarea></label>
<label data-file hidden>Or a file <input type="file" accept=".json"></label>`,
  }
  return section(
    'Capsule',
    html`<p class="hint">A capsule holds data, clock, faults, snapshots and requests in one file, without signatures: what failed in a pipeline is opened here.</p>
${form(open)}${curls(options, origin, [{ ...open, given: { capsule: '{}' } }])}`,
    {
      aside: html`<a class="button small" href="${sitePath(site.site_id)}/capsule.json" download="${site.site_id}.capsule.json">Download capsule</a>`,
    },
  )
}

function siteSettings(view: SiteView): SafeHtml {
  const { site, form, options, origin, path, baseUrl } = view
  const { created_at, ttl } = site.store.creation()
  const remove: ActionForm = {
    action: 'removeSite',
    site: site.site_id,
    label: 'Remove the site',
    back: path,
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
      ['Created', time(created_at)],
      [
        'Expires when idle',
        ttl === null ? 'never' : html`${time(options.sites.expiryOf(site))} <small>(after ${ttl})</small>`,
      ],
    ])}
<div class="buttons">${form(remove)}</div>${curls(options, origin, [remove])}`,
  )
}
