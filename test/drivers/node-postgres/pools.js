// Clients of node-postgres' pool that never stop, whose connections live for two seconds; otherwise as psql/steady.sh.
import pg from 'pg';

const pool = new pg.Pool({
  host: process.env.HD_HOST,
  port: Number(process.env.HD_PORT),
  user: process.env.HD_USER,
  password: process.env.HD_PASSWORD,
  database: process.env.HD_DATABASE,
  max: 3,
  maxLifetimeSeconds: 2,
});
// The pool replaces a connection that ends while nobody has it.
pool.on('error', () => {});

let over = false;
const resting = new Set();

function fail(error) {
  console.log('FAIL', error.stack);
  process.exit(1);
}

function rest(millis) {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      resting.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, millis);
    resting.add(wake);
  });
}

async function ask(round) {
  const { rows } = await pool.query({ name: 'next', text: 'SELECT $1::int + 1 AS n', values: [round] });
  if (rows[0].n !== round + 1) throw new Error(`${rows[0].n} for ${round}`);
  const client = await pool.connect();
  client.on('error', fail);
  await client.query('BEGIN');
  await client.query('SELECT $1::int', [round]);
  await client.query('COMMIT');
  client.off('error', fail);
  client.release();
}

async function client(millis) {
  for (let round = 1; !over; round++) {
    await ask(round);
    if (round % 10 === 0 || millis > 1000) console.log(millis, round, 'rounds');
    await rest(millis);
  }
}

process.stdin.resume();
process.stdin.on('end', () => {
  over = true;
  for (const wake of resting) wake();
});
Promise.all([5, 300, 1500].map(client)).then(() => process.exit(0), fail);
