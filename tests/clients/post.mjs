// Posts events with an SDK as it is published, and tells what the SDK says became of each.
//   node post.mjs segment|rudder URL WRITE_KEY COUNT
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const [sdk, url, key, text] = process.argv.slice(2)
const count = Number(text)
const mostOpen = 400
const delivered = []
const failed = []

const clients = { segment, rudder }
await clients[sdk]()
process.stdout.write(JSON.stringify({ delivered, failed }), () => process.exit(0))

// Mostly tracks, some of each other call.
function call(client, i, id, told) {
  const who = { userId: `user-${i % 97}`, messageId: id }
  switch (i % 20) {
    case 0: return client.identify({ ...who, traits: { email: `user-${i % 97}@example.com`, plan: 'free' } }, told)
    case 1: return client.page({ ...who, name: 'Home', properties: { url: 'https://shop.example/', title: 'Shop – Übersicht' } }, told)
    case 2: return client.group({ ...who, groupId: 'g-1', traits: { name: 'Group' } }, told)
    case 3: return client.alias({ userId: who.userId, previousId: `old-${i % 97}`, messageId: id }, told)
    default: return client.track({ ...who, event: 'Product Viewed', properties: { price: i / 100, name: 'Zimtstern ✨', tags: ['a', 'b'] } }, told)
  }
}

async function everyEvent(client, drain) {
  for (let i = 0; i < count; i++) {
    const id = `${sdk}-${i}-${process.pid}`
    call(client, i, id, error => error ? failed.push({ id, why: String(error.message ?? error) }) : delivered.push(id))
    while (i - delivered.length - failed.length > mostOpen) await new Promise(then => setTimeout(then, 5))
  }
  await drain()
}

async function segment() {
  const { Analytics } = await import('@segment/analytics-node')
  const client = new Analytics({ writeKey: key, host: url, flushInterval: 200 })
  client.on('error', () => {})
  await everyEvent(client, () => client.closeAndFlush())
  await until(() => delivered.length + failed.length >= count, 120)
}

async function rudder() {
  const Analytics = require('@rudderstack/rudder-sdk-node')
  const client = new Analytics(key, { dataPlaneUrl: url, path: '/v1/batch', flushInterval: 200, logLevel: 'silly-none', errorHandler: () => {} })
  await everyEvent(client, () => until(() => (client.flush(), delivered.length + failed.length >= count), 120))
}

async function until(done, seconds) {
  for (let i = 0; i < seconds * 10 && !done(); i++) await new Promise(then => setTimeout(then, 100))
}
