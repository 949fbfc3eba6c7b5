// Ways to read with mysql2: what SHOW QUERYINFO says of each run, in a line for each way.
import { connect } from './harness.js'

const READ = 'SELECT n FROM dh_rows WHERE id = ?'
const RUNS = 8

const query = async (client, id) => (await client.query(READ, [id]))[0]
const execute = async (client, id) => (await client.execute(READ, [id]))[0]

async function stream(client, id) {
  const rows = []
  for await (const row of client.connection.query(READ, [id]).stream()) rows.push(row)
  return rows
}

/** The last of several that are sent ahead of the first one's answer. */
async function atOnce(client, id) {
  const all = await Promise.all([1, 2, 3].map(() => execute(client, id)))
  return all[2]
}

const begin = (level) => async (client) => {
  if (level) await client.query(`SET SESSION TRANSACTION ISOLATION LEVEL ${level}`)
  await client.beginTransaction()
}

const ways = [
  ['query', query],
  ['execute', execute],
  ['stream', stream],
  ['several at once', atOnce],
  ['in a transaction', query, begin()],
  ['in a transaction, READ COMMITTED', query, begin('READ COMMITTED')],
]

let id = 0
for (const [name, read, first] of ways) {
  id++
  const client = await connect()
  await first?.(client)
  const said = []
  for (let i = 0; i < RUNS; i++) {
    const rows = await read(client, id)
    if (rows.length !== 1 || rows[0].n !== id) throw new Error(`${name}: ${JSON.stringify(rows)}`)
    const [info] = await client.query({ sql: 'SHOW QUERYINFO', rowsAsArray: true })
    said.push(Object.fromEntries(info).cached ?? '-')
  }
  console.log([name, ...said].join('\t'))
  await client.end()
}
