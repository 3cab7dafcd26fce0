// What the pages can do beyond HTML. They work without it, but show changes only when they are loaded again.
import { enhanceCanvases } from './canvas.js'
import { followRequests } from './requests.js'
import { showTimes } from './times.js'

/** Gives its behaviour to what is new on the page, after loading and after every swap. */
function enhance() {
  for (const element of document.querySelectorAll('[data-copy], [data-dismiss], [data-file]'))
    element.hidden = false
  for (const element of document.querySelectorAll('.no-script')) element.hidden = true
  enhanceCanvases()
  followRequests()
  showTimes()
  const toast = document.querySelector('[data-toast]')
  // A URL with a notice would show it again.
  if (toast && location.search.includes('notice=')) {
    const url = new URL(location.href)
    url.searchParams.delete('notice')
    history.replaceState(history.state, '', url)
  }
  if (toast && toast.dataset.toast !== 'bad' && !toast.dataset.timed) {
    toast.dataset.timed = 'yes'
    setTimeout(() => toast.matches(':hover, :focus-within') || toast.remove(), 9000)
  }
}

setInterval(showTimes, 1000)

document.addEventListener('click', async ({ target }) => {
  if (target.closest('[data-dismiss]')) return target.closest('.toast').remove()
  const button = target.closest('[data-copy]')
  if (!button) return
  await navigator.clipboard.writeText(button.parentElement.querySelector('code').textContent)
  button.textContent = 'Copied'
  setTimeout(() => {
    button.textContent = 'Copy'
  }, 1500)
})

// A file is read into the field that would be filled in otherwise.
document.addEventListener('change', async ({ target }) => {
  const file = target.matches('[data-file] input') && target.files[0]
  if (file) target.form.querySelector('[data-file-target]').value = await file.text()
})

document.addEventListener('htmx:after:swap', enhance)
document.addEventListener('htmx:error', () => {
  const toasts = document.getElementById('toasts')
  toasts.innerHTML =
    '<div class="toast bad" role="alert" data-toast="bad"><p>The sandbox does not answer. Is it still running?</p><button type="button" class="dismiss" data-dismiss aria-label="Dismiss">×</button></div>'
})
enhance()
