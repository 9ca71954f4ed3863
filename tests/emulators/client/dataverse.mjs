// Works with an organisation through a published client, and tells what it saw.
//   node dataverse.mjs URL TENANT CLIENT_ID CLIENT_SECRET
import { DynamicsWebApi } from 'dynamics-web-api'

const [server, tenant, clientId, clientSecret] = process.argv.slice(2)
const api = new DynamicsWebApi({ serverUrl: server, dataApi: { version: '9.2' }, onTokenRefresh: token })
const told = {}

told.user = (await api.callFunction('WhoAmI')).UserId

// Rows: made, read page by page, by alternate key, and counted.
const made = []
for (let i = 0; i < 25; i++) made.push(await api.create({ collection: 'contacts', data: { firstname: `Ann ${i}`, new_cdpid: `C-${i}` } }))
told.made = made.length
const pages = []
let page = await api.retrieveMultiple({ collection: 'contacts', select: ['contactid'], maxPageSize: 10 })
pages.push(page.value.length)
while (page.oDataNextLink) {
  page = await api.retrieveMultiple({ collection: 'contacts', select: ['contactid'], maxPageSize: 10 }, page.oDataNextLink)
  pages.push(page.value.length)
}
told.pages = pages
told.all = (await api.retrieveAll({ collection: 'contacts', select: ['contactid'], maxPageSize: 7 })).value.length
await api.upsert({ collection: 'contacts', key: "new_cdpid='C-3'", data: { firstname: 'Bea' } })
told.upserted = (await api.retrieveMultiple({ collection: 'contacts', filter: "new_cdpid eq 'C-3'" })).value.map(row => row.firstname)

// A marketing list: made, filled by an unbound action, read, emptied by a bound one.
const list = await api.create({ collection: 'lists', data: { listname: "Client's list", createdfromcode: 2, type: false } })
await api.callAction({ actionName: 'AddListMembersList', action: {
  List: { listid: list, '@odata.type': 'Microsoft.Dynamics.CRM.list' },
  Members: made.slice(0, 12).map(id => ({ contactid: id, '@odata.type': 'Microsoft.Dynamics.CRM.contact' })) } })
await api.callAction({ collection: 'lists', key: list, actionName: 'Microsoft.Dynamics.CRM.RemoveMemberList', action: { EntityId: made[0] } })
told.members = (await api.retrieveAll({ collection: `lists(${list})/listcontact_association`, select: ['contactid'] })).value.length
told.found = (await api.retrieveMultiple({ collection: 'lists', filter: "listname eq 'Client''s list'" })).value.length

// A batch with a change set: the second change refers to nothing before it.
api.startBatch()
api.create({ collection: 'contacts', data: { firstname: 'Batch 1' }, contentId: '1' })
api.create({ collection: 'contacts', data: { firstname: 'Batch 2' }, contentId: '2' })
told.batch = (await api.executeBatch()).length
told.afterwards = (await api.retrieveAll({ collection: 'contacts', select: ['contactid'] })).value.length

// What is refused is told with status and code.
try {
  await api.retrieve({ collection: 'contacts', key: '00000000-0000-4000-8000-00000000dead' })
} catch (error) {
  told.missing = [error.status, error.code]
}

process.stdout.write(JSON.stringify(told))

async function token() {
  const answer = await fetch(new URL(`/${tenant}/oauth2/v2.0/token`, server), { method: 'POST', body: new URLSearchParams({
    grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: new URL('/.default', server).href }) })
  if (!answer.ok) throw new Error(`The token was refused: ${answer.status}`)
  return (await answer.json()).access_token
}
