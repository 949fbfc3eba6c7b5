// Ways to read with tedious: what SHOW QUERYINFO says of each run, in a line for each way.
import { Connection, ISOLATION_LEVEL, Request, TYPES } from 'tedious'

const READ = 'SELECT n FROM dh_rows WHERE id = '
const RUNS = 8

function connect() {
  const client = new Connection({
    server: process.env.HD_HOST,
    authentication: { type: 'default', options: { userName: process.env.HD_USER, password: process.env.HD_PASSWORD } },
    options: { port: Number(process.env.HD_PORT), database: process.env.HD_DATABASE, encrypt: false, connectTimeout: 20000, requestTimeout: 60000 },
  })
  return new Promise((resolve, reject) => client.connect((error) => (error ? reject(error) : resolve(client))))
}

/** Runs a request in one of the driver's ways; gives its rows. */
function run(client, how, sql, id) {
  return new Promise((resolve, reject) => {
    const rows = []
    const request = new Request(sql, (error) => (error ? reject(error) : resolve(rows)))
    request.on('row', (columns) => rows.push(columns.map((c) => c.value)))
    if (id) request.addParameter('id', TYPES.Int, id)
    client[how](request)
  })
}

const call = (client, method, ...words) => new Promise((resolve, reject) => client[method]((error) => (error ? reject(error) : resolve()), ...words))

const batch = (client, id) => run(client, 'execSqlBatch', READ + id)
const text = (client, id) => run(client, 'execSql', READ + id)
const parameters = (client, id) => run(client, 'execSql', `${READ}@id`, id)

let kept
/** Prepared once, and executed by its handle. */
function prepared(client, id) {
  return new Promise((resolve, reject) => {
    const found = []
    const answered = (error) => (error ? reject(error) : resolve(found))
    const execute = (request) => {
      request.callback = answered
      request.removeAllListeners('row')
      request.on('row', (columns) => found.push(columns.map((c) => c.value)))
      client.execute(request, { id })
    }
    if (kept) return execute(kept)
    kept = new Request(`${READ}@id`, (error) => error && reject(error))
    kept.addParameter('id', TYPES.Int)
    kept.once('prepared', () => execute(kept))
    client.prepare(kept)
  })
}

const begin = (level) => (client) => call(client, 'beginTransaction', '', level)

const ways = [
  ['batch', batch],
  ['text', text],
  ['parameters', parameters],
  ['prepared', prepared],
  ['reset for each', async (client, id) => call(client, 'reset').then(() => parameters(client, id))],
  ['in a transaction', parameters, begin(ISOLATION_LEVEL.READ_COMMITTED)],
  ['in a transaction, SNAPSHOT', parameters, begin(ISOLATION_LEVEL.SNAPSHOT)],
]

let id = 0
for (const [name, read, first] of ways) {
  id++
  const client = await connect()
  await first?.(client)
  const said = []
  for (let i = 0; i < RUNS; i++) {
    const rows = await read(client, id)
    if (rows.length !== 1 || rows[0][0] !== id) throw new Error(`${name}: ${JSON.stringify(rows)}`)
    const info = await run(client, 'execSqlBatch', 'SHOW QUERYINFO')
    said.push(Object.fromEntries(info).cached ?? '-')
  }
  console.log([name, ...said].join('\t'))
  client.close()
}
