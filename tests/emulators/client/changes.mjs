// Follows changes of contacts through a published client, and tells what it saw.
//   node changes.mjs URL TENANT CLIENT_ID CLIENT_SECRET
import { DynamicsWebApi } from 'dynamics-web-api'

const [server, tenant, clientId, clientSecret] = process.argv.slice(2)
const api = new DynamicsWebApi({ serverUrl: server, dataApi: { version: '9.2' }, onTokenRefresh: token })
const request = { collection: 'contacts', select: ['contactid', 'firstname'], maxPageSize: 10, trackChanges: true }

const made = []
for (let i = 0; i < 25; i++) made.push(await api.create({ collection: 'contacts', data: { firstname: `Ann ${i}` } }))
const first = await follow()
await api.update({ collection: 'contacts', key: made[3], data: { firstname: 'Bea' } })
await api.deleteRecord({ collection: 'contacts', key: made[4] })
const short = await api.create({ collection: 'contacts', data: { firstname: 'Short' } })
await api.deleteRecord({ collection: 'contacts', key: short })
const next = await follow(first.delta)
console.log(JSON.stringify({
  pages: first.pages,
  changed: next.rows.filter(row => row.firstname).map(row => row.firstname),
  deleted: next.rows.filter(row => row.reason === 'deleted').map(row => (row.id === made[4] ? 'known' : row.id === short ? 'short' : 'other')).sort(),
  quiet: (await follow(next.delta)).rows.length
}))

async function follow(link) {
  let page = await api.retrieveMultiple(request, link)
  const pages = [page.value.length]
  const rows = [...page.value]
  while (page.oDataNextLink) {
    page = await api.retrieveMultiple(request, page.oDataNextLink)
    pages.push(page.value.length)
    rows.push(...page.value)
  }
  return { pages, rows, delta: page.oDataDeltaLink }
}

async function token() {
  const response = await fetch(`${server}/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: `${server}/.default` })
  })
  return (await response.json()).access_token
}
