//! Ways to read: what SHOW QUERYINFO says of each run, in a line for each way.

use futures_util::TryStreamExt;
use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::{query, raw_sql, Connection, Row};

use crate::harness::*;

const READ: &str = "SELECT n FROM dh_rows WHERE id = ?";
const RUNS: usize = 8;

#[derive(Clone, Copy)]
enum Way {
    Text,
    Cached,
    Uncached,
    Streamed,
    EachInATransaction,
}

use Way::*;

const WAYS: &[(&str, Way, &str)] = &[
    ("text", Text, ""),
    ("query", Cached, ""),
    ("query, not kept", Uncached, ""),
    ("stream", Streamed, ""),
    ("each in a transaction", EachInATransaction, ""),
    ("each in a transaction, READ COMMITTED", EachInATransaction, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"),
];

async fn info(c: &mut MySqlConnection) -> String {
    let rows: Vec<MySqlRow> = raw_sql("SHOW QUERYINFO").fetch_all(c).await.unwrap();
    rows.iter()
        .find(|row| row.get::<String, _>(0) == "cached")
        .map_or("-".to_string(), |row| row.get(1))
}

async fn read(c: &mut MySqlConnection, way: Way, id: i32) -> (i32, String) {
    let n = match way {
        Text => raw_sql(&READ.replace('?', &id.to_string())).fetch_one(&mut *c).await.unwrap().get(0),
        Cached => query(READ).bind(id).fetch_one(&mut *c).await.unwrap().get(0),
        Uncached => query(READ).bind(id).persistent(false).fetch_one(&mut *c).await.unwrap().get(0),
        Streamed => {
            let rows: Vec<MySqlRow> = query(READ).bind(id).fetch(&mut *c).try_collect().await.unwrap();
            rows[0].get(0)
        }
        EachInATransaction => {
            let mut transaction = c.begin().await.unwrap();
            let n = query(READ).bind(id).fetch_one(&mut *transaction).await.unwrap().get(0);
            let said = info(&mut transaction).await;
            transaction.commit().await.unwrap();
            return (n, said);
        }
    };
    let said = info(c).await;
    (n, said)
}

/// Prints the lines.
pub async fn print() {
    for (id, (name, way, first)) in (1..).zip(WAYS) {
        let mut c = connect().await;
        if !first.is_empty() {
            run(&mut c, first).await;
        }
        let mut said = vec![name.to_string()];
        for _ in 0..RUNS {
            let (n, now) = read(&mut c, *way, id).await;
            assert_eq!(n, id, "{name}");
            said.push(now);
        }
        println!("{}", said.join("\t"));
    }
}
