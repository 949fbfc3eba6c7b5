// Ways to read with pg: what SHOW QUERYINFO says of each run, in a line for each way.
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { connect } from './harness.js'

const READ = 'SELECT n FROM dh_rows WHERE id = $1'
const RUNS = 8

const unnamed = async (client, id) => (await client.query(READ, [id])).rows
const simple = async (client, id) => (await client.query(READ.replace('$1', id))).rows
const named = async (client, id) => (await client.query({ name: 'read', text: READ, values: [id] })).rows
const binary = async (client, id) => (await client.query({ text: READ, values: [id], binary: true })).rows
const limited = async (client, id) => (await client.query({ text: READ, values: [id], rows: 10 })).rows

async function cursor(client, id) {
  const open = client.query(new Cursor(READ, [id]))
  const rows = await open.read(10)
  await open.close()
  return rows
}

async function stream(client, id) {
  const rows = []
  for await (const row of client.query(new QueryStream(READ, [id]))) rows.push(row)
  return rows
}

/** The last of several that are given to the driver ahead of the first one's answer. */
const atOnce = async (client, id) => (await Promise.all([1, 2, 3].map(() => named(client, id))))[2]

const ways = [
  ['simple', simple],
  ['unnamed', unnamed],
  ['named', named],
  ['binary', binary],
  ['several at once', atOnce],
  ['in a transaction', unnamed, 'BEGIN'],
  ['in a transaction, READ COMMITTED', unnamed, 'BEGIN ISOLATION LEVEL READ COMMITTED'],
  ['rows by tens', limited],
  ['pg-cursor', cursor],
  ['pg-query-stream', stream],
]

let id = 0
for (const [name, read, first] of ways) {
  id++
  const client = await connect()
  if (first) await client.query(first)
  const said = []
  for (let i = 0; i < RUNS; i++) {
    const rows = await read(client, id)
    if (rows.length !== 1 || rows[0].n !== id) throw new Error(`${name}: ${JSON.stringify(rows)}`)
    const info = await client.query({ text: 'SHOW QUERYINFO', rowMode: 'array' })
    said.push(Object.fromEntries(info.rows).cached ?? '-')
  }
  console.log([name, ...said].join('\t'))
  await client.end()
}
