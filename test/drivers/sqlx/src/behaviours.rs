//! What users of sqlx do.

use futures_util::TryStreamExt;
use sqlx::mysql::MySqlPoolOptions;
use sqlx::{query, query_as, query_scalar, ConnectOptions, Connection, Executor, Row};

use crate::harness::*;

crate::behaviours![
    connect_and_ask,
    connect_with_a_wrong_password,
    prepared_statements_are_cached,
    statements_without_a_cache,
    types,
    transactions,
    nested_transactions,
    what_a_statement_changed,
    errors_leave_the_connection_usable,
    large_values,
    rows_as_a_stream,
    several_statements_in_one,
    session_state,
    ping,
    a_pool_of_many,
];

async fn connect_and_ask() {
    let mut c = connect().await;
    let (database, sum): (String, i64) = query_as("SELECT database(), 1 + 1").fetch_one(&mut c).await.unwrap();
    assert_eq!((database.as_str(), sum), (std::env::var("HD_DATABASE").unwrap().as_str(), 2));
    c.close().await.unwrap();
}

async fn connect_with_a_wrong_password() {
    fails(1045, options().password("wrong").connect().await);
}

async fn prepared_statements_are_cached() {
    let mut c = connect().await;
    table(&mut c, "rs_prep", "n int, s varchar(20)").await;
    for n in 0..30 {
        query("INSERT INTO rs_prep VALUES (?, ?)").bind(n).bind(format!("s{n}")).execute(&mut c).await.unwrap();
        let s: String = query_scalar("SELECT s FROM rs_prep WHERE n = ?").bind(n).fetch_one(&mut c).await.unwrap();
        assert_eq!(s, format!("s{n}"));
    }
    assert!(c.cached_statements_size() >= 2);
    c.clear_cached_statements().await.unwrap();
    let count: i64 = query_scalar("SELECT count(*) FROM rs_prep WHERE n < ?").bind(10).fetch_one(&mut c).await.unwrap();
    assert_eq!(count, 10);
}

async fn statements_without_a_cache() {
    let mut c = connect().await;
    for n in 0..20i64 {
        let got: i64 = query_scalar("SELECT CAST(? AS SIGNED)").bind(n).persistent(false).fetch_one(&mut c).await.unwrap();
        assert_eq!(got, n);
    }
}

async fn types() {
    let mut c = connect().await;
    table(&mut c, "rs_types", "i int, b bigint unsigned, f float, g double, s varchar(50), x blob, o bool").await;
    query("INSERT INTO rs_types VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(-7)
        .bind(u64::MAX)
        .bind(0.5f32)
        .bind(1.5e300)
        .bind("grün 🙂")
        .bind(vec![0u8, 255, 10])
        .bind(true)
        .execute(&mut c)
        .await
        .unwrap();
    query("INSERT INTO rs_types VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(None::<i32>)
        .bind(None::<u64>)
        .bind(None::<f32>)
        .bind(None::<f64>)
        .bind(None::<String>)
        .bind(None::<Vec<u8>>)
        .bind(None::<bool>)
        .execute(&mut c)
        .await
        .unwrap();
    let rows: Vec<(Option<i32>, Option<u64>, Option<f32>, Option<f64>, Option<String>, Option<Vec<u8>>, Option<bool>)> =
        query_as("SELECT * FROM rs_types ORDER BY i IS NULL").fetch_all(&mut c).await.unwrap();
    let full =
        (Some(-7), Some(u64::MAX), Some(0.5), Some(1.5e300), Some("grün 🙂".into()), Some(vec![0, 255, 10]), Some(true));
    assert_eq!(rows, vec![full, (None, None, None, None, None, None, None)]);
}

async fn transactions() {
    let mut c = connect().await;
    let mut other = connect().await;
    table(&mut c, "rs_tx", "n int").await;
    let mut tx = c.begin().await.unwrap();
    query("INSERT INTO rs_tx VALUES (1)").execute(&mut *tx).await.unwrap();
    let count: i64 = query_scalar("SELECT count(*) FROM rs_tx").fetch_one(&mut other).await.unwrap();
    assert_eq!(count, 0);
    tx.rollback().await.unwrap();
    let mut tx = c.begin().await.unwrap();
    query("INSERT INTO rs_tx VALUES (2)").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    {
        let mut dropped = c.begin().await.unwrap();
        query("INSERT INTO rs_tx VALUES (3)").execute(&mut *dropped).await.unwrap();
    }
    let all: Vec<i32> = query_scalar("SELECT n FROM rs_tx").fetch_all(&mut c).await.unwrap();
    assert_eq!(all, vec![2]);
}

async fn nested_transactions() {
    let mut c = connect().await;
    table(&mut c, "rs_nested", "n int").await;
    let mut outer = c.begin().await.unwrap();
    query("INSERT INTO rs_nested VALUES (1)").execute(&mut *outer).await.unwrap();
    let mut inner = Connection::begin(&mut *outer).await.unwrap();
    query("INSERT INTO rs_nested VALUES (2)").execute(&mut *inner).await.unwrap();
    inner.rollback().await.unwrap();
    outer.commit().await.unwrap();
    let all: Vec<i32> = query_scalar("SELECT n FROM rs_nested").fetch_all(&mut c).await.unwrap();
    assert_eq!(all, vec![1]);
}

async fn what_a_statement_changed() {
    let mut c = connect().await;
    table(&mut c, "rs_id", "id int AUTO_INCREMENT PRIMARY KEY, n int").await;
    for n in 1..4u64 {
        let done = query("INSERT INTO rs_id (n) VALUES (?)").bind(n).execute(&mut c).await.unwrap();
        assert_eq!((done.last_insert_id(), done.rows_affected()), (n, 1));
        let id: u64 = query_scalar("SELECT last_insert_id()").fetch_one(&mut c).await.unwrap();
        assert_eq!(id, n);
    }
    let done = query("UPDATE rs_id SET n = n WHERE n > ?").bind(1).execute(&mut c).await.unwrap();
    assert_eq!(done.rows_affected(), 2); // it asks for found rows
}

async fn errors_leave_the_connection_usable() {
    let mut c = connect().await;
    table(&mut c, "rs_err", "n int PRIMARY KEY").await;
    query("INSERT INTO rs_err VALUES (?)").bind(1).execute(&mut c).await.unwrap();
    fails(1062, query("INSERT INTO rs_err VALUES (?)").bind(1).execute(&mut c).await);
    fails(1146, query("SELECT * FROM rs_no_such_table WHERE n = ?").bind(1).fetch_all(&mut c).await);
    fails(1064, c.execute("SELEC 1").await);
    let n: i64 = query_scalar("SELECT CAST(? AS SIGNED)").bind(5).fetch_one(&mut c).await.unwrap();
    assert_eq!(n, 5);
}

async fn large_values() {
    let mut c = connect().await;
    for (n, size) in [1usize << 16, (1 << 24) + 9].into_iter().enumerate() {
        let value: Vec<u8> = (0..size).map(|i| (i * 7 + n) as u8).collect();
        let got: Vec<u8> = query_scalar("SELECT ?").bind(&value).fetch_one(&mut c).await.unwrap();
        assert!(got == value, "a value of {size} bytes came back as another");
    }
}

async fn rows_as_a_stream() {
    let mut c = connect().await;
    let digits = "(SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)";
    let sql = format!("SELECT CAST(a.d + 10 * b.d + 100 * e.d AS SIGNED) AS n FROM {digits} a, {digits} b, {digits} e");
    let mut sum = 0i64;
    {
        let mut rows = query(&sql).fetch(&mut c);
        while let Some(row) = rows.try_next().await.unwrap() {
            sum += row.get::<i64, _>(0);
        }
    }
    assert_eq!(sum, 499500);
    {
        // Given up after its first row: the driver reads the rest before the next statement.
        let mut rows = query(&sql).fetch(&mut c);
        rows.try_next().await.unwrap();
    }
    let n: i64 = query_scalar("SELECT CAST(8 AS SIGNED)").fetch_one(&mut c).await.unwrap();
    assert_eq!(n, 8);
}

async fn several_statements_in_one() {
    let mut c = connect().await;
    table(&mut c, "rs_multi", "n int").await;
    run(&mut c, "INSERT INTO rs_multi VALUES (1); INSERT INTO rs_multi VALUES (2); UPDATE rs_multi SET n = n + 10").await;
    let all: Vec<i32> = query_scalar("SELECT n FROM rs_multi ORDER BY n").fetch_all(&mut c).await.unwrap();
    assert_eq!(all, vec![11, 12]);
}

async fn session_state() {
    at_once(8, |n| async move {
        let mut c = connect().await;
        query(&format!("SET @n = {n}, group_concat_max_len = {}", 2000 + n)).execute(&mut c).await.unwrap();
        for _ in 0..10 {
            let (mine, length): (i64, u64) =
                query_as("SELECT CAST(@n AS SIGNED), @@group_concat_max_len").fetch_one(&mut c).await.unwrap();
            assert_eq!((mine, length), (n as i64, 2000 + n as u64));
        }
    })
    .await;
}

async fn ping() {
    let mut c = connect().await;
    c.ping().await.unwrap();
    let zone: String = query_scalar("SELECT @@time_zone").fetch_one(&mut c).await.unwrap();
    assert_eq!(zone, "+00:00"); // the driver sets it
}

async fn a_pool_of_many() {
    let pool = MySqlPoolOptions::new().max_connections(20).connect_with(options()).await.unwrap();
    pool.execute("DROP TABLE IF EXISTS rs_many").await.unwrap();
    pool.execute("CREATE TABLE rs_many (client int, n int)").await.unwrap();
    at_once(40, |client| {
        let pool = pool.clone();
        async move {
            for n in 0..10 {
                query("INSERT INTO rs_many VALUES (?, ?)").bind(client).bind(n).execute(&pool).await.unwrap();
            }
        }
    })
    .await;
    let count: i64 = query_scalar("SELECT count(*) FROM rs_many").fetch_one(&pool).await.unwrap();
    assert_eq!(count, 400);
    pool.close().await;
}
