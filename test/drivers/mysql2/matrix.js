// Behaviours of MySQL and MariaDB as users of mysql2 see them.
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import mysql from 'mysql2/promise'
import { atOnce, behaviour, connect, equal, fails, main, ok, one, range, rows, settings, table } from './harness.js'

behaviour('connect_and_ask', async () => {
  const c = await connect()
  equal(await rows(c, 'SELECT database(), 1 + 1'), [[process.env.HD_DATABASE, 2]])
  await c.ping()
})

behaviour('connect_with_a_wrong_password', async () => {
  await fails(1045, connect({ password: 'wrong' }))
})

behaviour('connect_with_tls', async () => {
  const tls = { ssl: { rejectUnauthorized: false } }
  const c = await connect(tls)
  ok(c.connection.stream.encrypted, 'not encrypted')
  equal(await one(c, 'SELECT 1'), 1)
  await fails(1045, connect({ ...tls, password: 'wrong' }))
})

behaviour('connect_without_a_database', async () => {
  const c = await connect({ database: undefined })
  equal(await one(c, 'SELECT database()'), null)
  await c.changeUser({ database: process.env.HD_DATABASE })
  equal(await one(c, 'SELECT database()'), process.env.HD_DATABASE)
})

behaviour('change_user_forgets_the_session', async () => {
  const c = await connect()
  await c.query('SET @x = 5, group_concat_max_len = 2222')
  await c.changeUser({ user: process.env.HD_USER, password: process.env.HD_PASSWORD, database: process.env.HD_DATABASE })
  equal(await one(c, 'SELECT @x'), null)
  ok((await one(c, 'SELECT @@group_concat_max_len')) !== 2222, 'a variable has survived')
})

behaviour('types_in_text_and_in_binary', async () => {
  const c = await connect({ supportBigNumbers: true, bigNumberStrings: true, dateStrings: true })
  await table(
    c,
    'node_types',
    'i int, b bigint unsigned, d decimal(12,3), f float, g double, s varchar(50), x blob, da date, dt datetime(6), ti time(3), y year, j json',
  )
  const row = [-7, '18446744073709551615', '123456789.125', 0.5, 1.5e300, 'grün 🙂', Buffer.from([0, 255, 10]), '2024-02-29', '2024-02-29 01:02:03.456789', '-25:01:02.003', 2031]
  await c.execute('INSERT INTO node_types VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', [...row, '{"a": [1, null]}'])
  await c.execute('INSERT INTO node_types (i) VALUES (?)', [null])
  const sql = 'SELECT i, b, d, f, g, s, x, da, dt, ti, y FROM node_types WHERE i IS NOT NULL'
  equal(await rows(c, sql), [row], 'text')
  equal((await c.execute({ sql, rowsAsArray: true }))[0], [row], 'binary')
  equal((await c.execute({ sql: 'SELECT * FROM node_types WHERE i IS NULL', rowsAsArray: true }))[0], [Array(12).fill(null)])
})

behaviour('prepared_statements', async () => {
  const c = await connect()
  await table(c, 'node_prep', 'n int, s varchar(20)')
  const insert = await c.prepare('INSERT INTO node_prep VALUES (?, ?)')
  const find = await c.prepare('SELECT s FROM node_prep WHERE n = ?')
  for (const n of range(20)) {
    await insert.execute([n, `s${n}`])
    equal((await find.execute([n]))[0], [{ s: `s${n}` }])
  }
  await insert.close()
  await find.close()
  await fails(1054, c.execute('SELECT nothing FROM node_prep WHERE n = ?', [1]))
  equal((await c.execute('SELECT count(*) AS n FROM node_prep WHERE n < ?', [10]))[0][0].n, 10)
})

behaviour('commands_sent_without_waiting', async () => {
  const c = await connect()
  const all = await Promise.all(range(50).map((n) => (n % 2 ? c.query('SELECT ? AS n', [n]) : c.execute('SELECT CAST(? AS SIGNED) AS n', [n]))))
  equal(all.map(([[row]]) => Number(row.n)), range(50))
})

behaviour('transactions', async () => {
  const c = await connect()
  const other = await connect()
  await table(c, 'node_tx', 'n int')
  await c.beginTransaction()
  await c.query('INSERT INTO node_tx VALUES (1)')
  equal(await one(other, 'SELECT count(*) FROM node_tx'), 0)
  await c.rollback()
  await c.beginTransaction()
  await c.query('INSERT INTO node_tx VALUES (2)')
  await c.commit()
  equal(await rows(other, 'SELECT n FROM node_tx'), [[2]])
})

behaviour('what_a_statement_changed', async () => {
  const c = await connect()
  await table(c, 'node_id', 'id int AUTO_INCREMENT PRIMARY KEY, n int')
  const [first] = await c.execute('INSERT INTO node_id (n) VALUES (?), (?)', [1, 2])
  equal([first.insertId, first.affectedRows], [1, 2])
  equal(await one(c, 'SELECT last_insert_id()'), 1)
  const [changed] = await c.query('UPDATE node_id SET n = 2')
  equal([changed.affectedRows, changed.changedRows, changed.info], [2, 1, 'Rows matched: 2  Changed: 1  Warnings: 0'])
})

behaviour('warnings', async () => {
  const c = await connect()
  await c.query("SET sql_mode = ''")
  await table(c, 'node_warn', 'n tinyint')
  const [result] = await c.query('INSERT INTO node_warn VALUES (1000)')
  equal(result.warningStatus, 1)
  equal((await rows(c, 'SHOW WARNINGS'))[0][1], 1264)
})

behaviour('errors', async () => {
  const c = await connect()
  const error = await fails(1146, c.query('SELECT * FROM node_no_such_table'))
  equal([error.code, error.sqlState], ['ER_NO_SUCH_TABLE', '42S02'])
  await fails(1064, c.query('SELEC 1'))
  equal(await one(c, 'SELECT 5'), 5)
})

behaviour('large_values', async () => {
  const c = await connect()
  for (const [n, size] of [1 << 16, (1 << 24) + 3, (1 << 24) - 1].entries()) {
    const value = randomBytes(size)
    const [[row]] = await (n % 2 ? c.query('SELECT ? AS b', [value]) : c.execute('SELECT CAST(? AS BINARY) AS b', [value]))
    ok(row.b.equals(value), `a value of ${size} bytes came back as another`)
  }
})

behaviour('several_statements_in_one', async () => {
  const c = await connect({ multipleStatements: true })
  const [results] = await c.query('SELECT 1 AS a; SET @x = 2; SELECT @x AS b')
  equal([results[0], results[2]], [[{ a: 1 }], [{ b: 2 }]])
  await fails(1054, c.query('SELECT 1; SELECT nothing; SELECT 2'))
  equal(await one(c, 'SELECT 3'), 3)
  await fails(1064, (await connect()).query('SELECT 1; SELECT 2'))
})

behaviour('results_of_a_procedure', async () => {
  const c = await connect()
  await c.query('DROP PROCEDURE IF EXISTS node_proc')
  await c.query('CREATE PROCEDURE node_proc(a int) BEGIN SELECT a AS a; SELECT a + 1 AS b; END')
  const [text] = await c.query('CALL node_proc(5)')
  equal(text.slice(0, 2), [[{ a: 5 }], [{ b: 6 }]])
  const [binary] = await c.execute('CALL node_proc(?)', [7])
  equal(binary.slice(0, 2), [[{ a: 7 }], [{ b: 8 }]])
})

behaviour('rows_as_a_stream', async () => {
  const c = await connect()
  const digits = '(SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)'
  const stream = c.connection.query(`SELECT a.d + 10 * b.d + 100 * e.d + 1000 * f.d AS n, repeat('x', 200) AS x FROM ${digits} a, ${digits} b, ${digits} e, ${digits} f`).stream({ highWaterMark: 10 })
  let sum = 0
  for await (const row of stream) sum += row.n
  equal(sum, 49995000)
})

behaviour('a_file_of_the_client_where_it_is_allowed', async () => {
  const c = await connect()
  await table(c, 'node_infile', 'n int')
  const loaded = c.query({ sql: "LOAD DATA LOCAL INFILE 'lines' INTO TABLE node_infile", infileStreamFactory: () => Readable.from([Buffer.from('1\n2\n3\n')]) })
  const [result] = await loaded.catch((error) => [error])
  if (result instanceof Error) ok([1148, 3948, 4166].includes(result.errno), result.message)
  else equal(result.affectedRows, 3)
  equal(await one(c, 'SELECT 1'), 1)
})

behaviour('a_statement_is_killed', async () => {
  const c = await connect()
  const killer = await connect()
  const sleeping = rows(c, 'SELECT sleep(20)').catch((error) => error.errno)
  // Texts of other clients with bytes that are no characters fail it (3854).
  const runs = () => rows(killer, `SELECT 1 FROM information_schema.processlist WHERE info LIKE 'SELECT sleep(20)%'`).catch(() => [])
  while ((await runs()).length === 0);
  await killer.query(`KILL QUERY ${c.threadId}`)
  const answer = await sleeping
  ok(answer === 1317 || answer[0][0] === 1, `answered ${JSON.stringify(answer)}`)
  equal(await one(c, 'SELECT 1'), 1)
})

behaviour('session_state', async () => {
  await atOnce(8, async (n) => {
    const c = await connect({ timezone: 'Z' })
    await c.query(`SET @n = ?, time_zone = '+0${n}:00'`, [n])
    for (let i = 0; i < 10; i++) equal(await rows(c, 'SELECT @n, @@time_zone'), [[n, `+0${n}:00`]])
  })
})

behaviour('a_pool_of_many', async () => {
  const c = await connect()
  await table(c, 'node_many', 'client int, n int')
  const pool = mysql.createPool({ ...settings(), connectionLimit: 20 })
  try {
    await atOnce(40, async (client) => {
      for (const n of range(10)) await pool.execute('INSERT INTO node_many VALUES (?, ?)', [client, n])
    })
    equal((await pool.query('SELECT count(*) AS n FROM node_many'))[0][0].n, 400)
  } finally {
    await pool.end()
  }
})

await main(process.argv.slice(2))
