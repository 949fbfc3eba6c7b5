//! Ways to read: what SHOW QUERYINFO says of each run, in a line for each way.

use futures_util::TryStreamExt;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, GenericClient, SimpleQueryMessage, Statement};

use crate::harness::*;

const READ: &str = "SELECT n FROM dh_rows WHERE id = $1";
const RUNS: usize = 8;

#[derive(Clone, Copy)]
enum Way {
    Simple,
    Query,
    Prepared,
    Typed,
    Streamed,
    Portal,
    InATransaction,
    EachInATransaction,
}

use Way::*;

const WAYS: &[(&str, Way)] = &[
    ("simple", Simple),
    ("query", Query),
    ("prepared", Prepared),
    ("query_typed", Typed),
    ("query_raw", Streamed),
    ("portal", Portal),
    ("in a transaction", InATransaction),
    ("each in a transaction", EachInATransaction),
];

async fn info(client: &impl GenericClient) -> String {
    for message in client.simple_query("SHOW QUERYINFO").await.unwrap() {
        if let SimpleQueryMessage::Row(row) = message {
            if row.get(0) == Some("cached") {
                return row.get(1).unwrap().to_string();
            }
        }
    }
    "-".to_string()
}

async fn read(client: &mut Client, way: Way, prepared: &Statement, id: i32) -> (i32, String) {
    let n = match way {
        Simple => simple(client, &READ.replace("$1", &id.to_string())).await.unwrap()[0].parse().unwrap(),
        Query | InATransaction => one(client, READ, &[&id]).await,
        Prepared => client.query_one(prepared, &[&id]).await.unwrap().get(0),
        Typed => client.query_typed(READ, &[(&id, Type::INT4)]).await.unwrap()[0].get(0),
        Streamed => {
            let rows: Vec<_> = client.query_raw(READ, [&id]).await.unwrap().try_collect().await.unwrap();
            rows[0].get(0)
        }
        Portal => {
            let transaction = client.transaction().await.unwrap();
            let portal = transaction.bind(prepared, &[&id]).await.unwrap();
            let rows = transaction.query_portal(&portal, 1).await.unwrap();
            let said = info(&transaction).await;
            transaction.commit().await.unwrap();
            return (rows[0].get(0), said);
        }
        EachInATransaction => {
            let transaction = client.transaction().await.unwrap();
            let n = transaction.query_one(prepared, &[&id]).await.unwrap().get(0);
            let said = info(&transaction).await;
            transaction.commit().await.unwrap();
            return (n, said);
        }
    };
    let said = info(client).await;
    (n, said)
}

/// Prints the lines.
pub async fn print() {
    for (id, (name, way)) in (1..).zip(WAYS) {
        let mut client = connect().await;
        let prepared = client.prepare(READ).await.unwrap();
        if matches!(way, InATransaction) {
            client.batch_execute("BEGIN").await.unwrap();
        }
        let mut said = vec![name.to_string()];
        for _ in 0..RUNS {
            let (n, now) = read(&mut client, *way, &prepared, id).await;
            assert_eq!(n, id, "{name}");
            said.push(now);
        }
        println!("{}", said.join("\t"));
    }
}
