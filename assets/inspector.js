// What the pages can do beyond HTML. Without it they work too: calls then show up when the page is loaded again.

for (const button of document.querySelectorAll('button.copy')) {
  button.hidden = false
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.parentElement.querySelector('code').textContent)
    button.textContent = 'Copied'
    setTimeout(() => {
      button.textContent = 'Copy'
    }, 1500)
  })
}

document.addEventListener('submit', event => {
  const question = event.submitter?.dataset.confirm
  if (question && !window.confirm(question)) event.preventDefault()
})

const MOST_ROWS = 50

for (const body of document.querySelectorAll('tbody[data-live]')) {
  const most = Math.max(body.rows.length, body.closest('section') ? 10 : MOST_ROWS)
  const said = document.createElement('p')
  said.className = 'feed'
  said.setAttribute('role', 'status')
  body.closest('.scroll').before(said)
  let calls = 0

  const stream = new EventSource(body.dataset.live)
  stream.addEventListener('open', () => {
    said.dataset.state = 'on'
    said.textContent = 'Live: calls show up as they happen.'
  })
  stream.addEventListener('error', () => {
    said.dataset.state = 'off'
    said.textContent = 'The connection is lost; trying again.'
  })
  stream.addEventListener('stale', () => location.reload())
  stream.addEventListener('call', ({ data }) => {
    const template = document.createElement('template')
    template.innerHTML = data
    const row = template.content.firstElementChild
    const before = document.getElementById(row.id)
    row.classList.add('fresh')
    if (before) before.replaceWith(row)
    else {
      body.prepend(row)
      calls += 1
      said.dataset.state = 'on'
      said.textContent = `Live: ${calls} new ${calls === 1 ? 'call' : 'calls'}.`
      body.closest('.scroll').querySelector('.empty')?.remove()
      while (body.rows.length > most) body.lastElementChild.remove()
    }
  })
}
