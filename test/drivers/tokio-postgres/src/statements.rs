//! Connecting, queries, prepared statements, transactions, pipelines.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::{join, join_all};
use futures_util::{pin_mut, TryStreamExt};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{IsolationLevel, NoTls};

use crate::behaviours;
use crate::harness::*;

behaviours![
    connect_scram,
    wrong_password,
    unknown_database,
    server_parameters,
    startup_options,
    simple_query,
    parameterised_query,
    unnamed_typed_query,
    types_round_trip,
    enum_and_composite_lookup,
    empty_query,
    multi_statement_simple_query,
    error_fields,
    prepared_reuse,
    dropped_statements_are_closed,
    prepared_on_several_connections,
    more_statements_than_any_cache,
    plan_invalidation_after_alter_table,
    deallocate_and_go_on,
    discard_all_and_go_on,
    sql_prepare_execute,
    transaction_commit_and_rollback,
    savepoints,
    error_in_transaction,
    transaction_modes,
    pipelined_futures,
    pipelined_transactions,
    error_in_the_middle_of_a_pipeline,
    pipelined_prepares,
];

async fn connect_scram() {
    let c = connect().await;
    let user: String = one(&c, "SELECT current_user::text", &[]).await;
    assert_eq!(Some(user.as_str()), config().get_user());
}

async fn wrong_password() {
    let e = fails("28P01", open(config().password("not the password")).await);
    assert!(message(&e).starts_with("password authentication failed for user"), "{e:?}");
}

async fn unknown_database() {
    let e = fails("3D000", open(config().dbname("hd_no_such_database")).await);
    assert_eq!(message(&e), "database \"hd_no_such_database\" does not exist");
}

async fn server_parameters() {
    let (_c, mine) = config().application_name("hd parameters").connect(NoTls).await.unwrap();
    let (_d, theirs) = direct().application_name("hd parameters").connect(NoTls).await.unwrap();
    for name in [
        "server_version",
        "server_encoding",
        "client_encoding",
        "DateStyle",
        "IntervalStyle",
        "TimeZone",
        "is_superuser",
        "session_authorization",
        "integer_datetimes",
        "standard_conforming_strings",
        "application_name",
    ] {
        assert_eq!(mine.parameter(name), theirs.parameter(name), "{name}");
    }
}

async fn startup_options() {
    let c = open(config().options("-c statement_timeout=123456 -c search_path=pg_catalog")).await.unwrap().0;
    let other = connect().await;
    for _ in 0..5 {
        assert_eq!(show(&c, "statement_timeout").await, "123456ms");
        assert_eq!(show(&c, "search_path").await, "pg_catalog");
        assert_ne!(show(&other, "statement_timeout").await, "123456ms");
    }
}

async fn simple_query() {
    let c = connect().await;
    assert_eq!(simple(&c, "SELECT n, n * n FROM generate_series(1, 2) n").await.unwrap(), ["1,1", "2,4", "#2"]);
}

async fn parameterised_query() {
    let c = connect().await;
    let row = c.query_one("SELECT $1::int + $2::int, $3::text", &[&40, &2, &"x"]).await.unwrap();
    assert_eq!((row.get::<_, i32>(0), row.get::<_, &str>(1)), (42, "x"));
    assert_eq!(one::<Option<i32>>(&c, "SELECT $1::int", &[&None::<i32>]).await, None);
}

async fn unnamed_typed_query() {
    // Parse, Bind, Describe, Execute and Sync in one go, without a name.
    let c = connect().await;
    let queries = (0..100).map(|n: i32| {
        let c = &c;
        async move {
            let rows = c.query_typed(&format!("SELECT $1 + {n}"), &[(&n, Type::INT4)]).await.unwrap();
            assert_eq!(rows[0].get::<_, i32>(0), 2 * n);
        }
    });
    join_all(queries).await;
}

async fn types_round_trip() {
    let c = connect().await;
    assert_eq!(one::<i16>(&c, "SELECT $1::int2", &[&i16::MIN]).await, i16::MIN);
    assert_eq!(one::<i64>(&c, "SELECT $1::int8", &[&i64::MAX]).await, i64::MAX);
    assert_eq!(one::<f64>(&c, "SELECT $1::float8", &[&0.1f64]).await, 0.1);
    assert!(one::<bool>(&c, "SELECT $1::bool", &[&true]).await);
    for text in ["Grüße, мир, 世界, 🐘, ''\\", "", &"é".repeat(70000)] {
        assert_eq!(one::<String>(&c, "SELECT $1::text", &[&text]).await, text);
    }
    let every_byte: Vec<u8> = (0..=255).collect();
    assert_eq!(one::<Vec<u8>>(&c, "SELECT $1::bytea", &[&every_byte]).await, every_byte);
    for text in ["12345678901234567890.123456789012345678900", "-0.00000000000000000001"] {
        assert_eq!(one::<String>(&c, "SELECT $1::text::numeric::text", &[&text]).await, text);
    }
    let moment: SystemTime = UNIX_EPOCH + Duration::from_micros(1_709_251_199_999_999);
    assert_eq!(one::<SystemTime>(&c, "SELECT $1::timestamptz", &[&moment]).await, moment);
    let numbers = vec![Some(1), None, Some(-3)];
    assert_eq!(one::<Vec<Option<i32>>>(&c, "SELECT $1::int4[]", &[&numbers]).await, numbers);
    let texts = vec!["a,b", "q\"uote", "back\\slash", "NULL", "世界", ""];
    assert_eq!(one::<Vec<String>>(&c, "SELECT $1::text[]", &[&texts]).await, texts);
    let bytes: Vec<Vec<u8>> = vec![vec![0, 255], vec![]];
    assert_eq!(one::<Vec<Vec<u8>>>(&c, "SELECT $1::bytea[]", &[&bytes]).await, bytes);
    assert_eq!(one::<Option<String>>(&c, "SELECT $1::text", &[&None::<String>]).await, None);
    assert_eq!(one::<Option<Vec<u8>>>(&c, "SELECT $1::bytea", &[&None::<Vec<u8>>]).await, None);
    assert_eq!(one::<Option<Vec<i32>>>(&c, "SELECT $1::int4[]", &[&None::<Vec<i32>>]).await, None);
}

async fn enum_and_composite_lookup() {
    // tokio-postgres asks the catalogue about unknown types, with statements of its own.
    let c = connect().await;
    c.batch_execute(
        "DROP TYPE IF EXISTS hd_tokio_pair; DROP TYPE IF EXISTS hd_tokio_mood;
         CREATE TYPE hd_tokio_mood AS ENUM ('fine', 'größer');
         CREATE TYPE hd_tokio_pair AS (a int, b hd_tokio_mood)",
    )
    .await
    .unwrap();
    let s = c.prepare("SELECT $1::hd_tokio_pair, 'fine'::hd_tokio_mood").await.unwrap();
    assert_eq!(s.params()[0].name(), "hd_tokio_pair");
    assert_eq!(s.columns()[1].type_().name(), "hd_tokio_mood");
}

async fn empty_query() {
    let c = connect().await;
    assert_eq!(c.query("", &[]).await.unwrap().len(), 0);
    assert_eq!(c.execute("-- nothing", &[]).await.unwrap(), 0);
    c.batch_execute("").await.unwrap();
    assert_eq!(one::<i32>(&c, "SELECT 1", &[]).await, 1);
}

async fn multi_statement_simple_query() {
    let c = connect().await;
    let got = simple(&c, "SELECT 1; SELECT 2 UNION ALL SELECT 3; CREATE TEMP TABLE m (a int); INSERT INTO m VALUES (9)");
    assert_eq!(got.await.unwrap(), ["1", "#1", "2", "3", "#2", "#0", "#1"]);
    fails("22012", c.batch_execute("INSERT INTO m VALUES (1); SELECT 1/0").await);
    assert_eq!(simple(&c, "SELECT a FROM m").await.unwrap(), ["9", "#1"]);
}

async fn error_fields() {
    let c = connect().await;
    table(&c, "hd_tokio_unique", "a int CONSTRAINT hd_tokio_key PRIMARY KEY").await;
    c.execute("INSERT INTO hd_tokio_unique VALUES ($1)", &[&1]).await.unwrap();
    let e = fails("23505", c.execute("INSERT INTO hd_tokio_unique VALUES ($1)", &[&1]).await);
    let e = e.as_db_error().unwrap();
    assert_eq!(
        (e.constraint(), e.table(), e.detail(), e.severity()),
        (Some("hd_tokio_key"), Some("hd_tokio_unique"), Some("Key (a)=(1) already exists."), "ERROR")
    );
    let e = fails("42703", c.query("SELECT no_such_column", &[]).await);
    assert_eq!(e.as_db_error().unwrap().position(), Some(&tokio_postgres::error::ErrorPosition::Original(8)));
}

async fn prepared_reuse() {
    let c = connect().await;
    let s = c.prepare("SELECT $1::int * 2").await.unwrap();
    for n in 0..500 {
        assert_eq!(c.query_one(&s, &[&n]).await.unwrap().get::<_, i32>(0), n * 2);
    }
}

async fn dropped_statements_are_closed() {
    let c = connect().await;
    let kept = c.prepare("SELECT 'kept'").await.unwrap();
    for n in 0..50 {
        c.prepare(&format!("SELECT {n}")).await.unwrap();
    }
    // A drop sends Close on its own; the next statement comes after it.
    let count = simple(&c, "SELECT count(*) FROM pg_prepared_statements").await.unwrap();
    if !pooled() {
        assert_eq!(count, ["1", "#1"]);
    }
    assert_eq!(c.query_one(&kept, &[]).await.unwrap().get::<_, &str>(0), "kept");
}

async fn prepared_on_several_connections() {
    at_once(12, |n| async move {
        let c = connect().await;
        let s = c.prepare(&format!("SELECT $1::int + {}", n * 1000)).await.unwrap();
        for k in 0..100 {
            assert_eq!(c.query_one(&s, &[&k]).await.unwrap().get::<_, i32>(0), k + n * 1000);
        }
    })
    .await;
}

async fn more_statements_than_any_cache() {
    let c = connect().await;
    let mut all = Vec::new();
    for n in 0..600 {
        all.push(c.prepare(&format!("SELECT {n}")).await.unwrap());
    }
    for (n, s) in all.iter().enumerate() {
        assert_eq!(c.query_one(s, &[]).await.unwrap().get::<_, i32>(0), n as i32);
    }
}

async fn plan_invalidation_after_alter_table() {
    let (c, other) = (connect().await, connect().await);
    table(&other, "hd_tokio_plan", "a int").await;
    other.execute("INSERT INTO hd_tokio_plan VALUES (1)", &[]).await.unwrap();
    let s = c.prepare("SELECT * FROM hd_tokio_plan").await.unwrap();
    assert_eq!(c.query_one(&s, &[]).await.unwrap().len(), 1);
    other.batch_execute("ALTER TABLE hd_tokio_plan ADD b text DEFAULT 'x'").await.unwrap();
    for _ in 0..2 {
        let e = fails("0A000", c.query(&s, &[]).await);
        assert_eq!(message(&e), "cached plan must not change result type");
    }
    let row = c.query_one("SELECT * FROM hd_tokio_plan", &[]).await.unwrap();
    assert_eq!((row.get::<_, i32>(0), row.get::<_, &str>(1)), (1, "x"));
    other.batch_execute("ALTER TABLE hd_tokio_plan DROP b").await.unwrap();
    assert_eq!(c.query_one(&s, &[]).await.unwrap().get::<_, i32>(0), 1);
}

async fn deallocate_and_go_on() {
    let (a, b) = (connect().await, connect().await);
    let sa = a.prepare("SELECT 1").await.unwrap();
    let sb = b.prepare("SELECT 2").await.unwrap();
    a.batch_execute("DEALLOCATE ALL").await.unwrap();
    fails("26000", a.query(&sa, &[]).await);
    assert_eq!(b.query_one(&sb, &[]).await.unwrap().get::<_, i32>(0), 2);
    let sa = a.prepare("SELECT 3").await.unwrap();
    assert_eq!(a.query_one(&sa, &[]).await.unwrap().get::<_, i32>(0), 3);
}

async fn discard_all_and_go_on() {
    let c = open(config().application_name("at start")).await.unwrap().0;
    let other = connect().await;
    other.batch_execute("SET hd.tag = 'other'").await.unwrap();
    c.batch_execute("SET hd.tag = 'mine'; SET application_name = 'changed'; CREATE TEMP TABLE hd_gone (a int)")
        .await
        .unwrap();
    let s = c.prepare("SELECT 1").await.unwrap();
    c.batch_execute("DISCARD ALL").await.unwrap();
    fails("26000", c.query(&s, &[]).await);
    fails("42P01", c.batch_execute("SELECT * FROM hd_gone").await);
    assert_eq!(simple(&c, "SELECT coalesce(current_setting('hd.tag', true), '')").await.unwrap()[0], "");
    assert_eq!(show(&c, "application_name").await, "at start");
    assert_eq!(show(&other, "hd.tag").await, "other");
}

async fn sql_prepare_execute() {
    at_once(5, |n| async move {
        let c = connect().await;
        c.batch_execute(&format!("PREPARE hd_stmt (int) AS SELECT $1 * {}", n + 1)).await.unwrap();
        for k in 0..25 {
            let got = simple(&c, &format!("EXECUTE hd_stmt ({k})")).await.unwrap();
            assert_eq!(got[0], (k * (n + 1)).to_string());
        }
        c.batch_execute("DEALLOCATE hd_stmt").await.unwrap();
        fails("26000", c.batch_execute("EXECUTE hd_stmt (1)").await);
    })
    .await;
}

async fn transaction_commit_and_rollback() {
    let (mut c, other) = (connect().await, connect().await);
    table(&c, "hd_tokio_tx", "a int").await;
    let tx = c.transaction().await.unwrap();
    tx.execute("INSERT INTO hd_tokio_tx VALUES (1)", &[]).await.unwrap();
    assert_eq!(one::<i64>(&other, "SELECT count(*) FROM hd_tokio_tx", &[]).await, 0);
    tx.commit().await.unwrap();
    assert_eq!(one::<i64>(&other, "SELECT count(*) FROM hd_tokio_tx", &[]).await, 1);
    {
        // Dropped without a word: tokio-postgres sends the ROLLBACK by itself.
        let tx = c.transaction().await.unwrap();
        tx.execute("DELETE FROM hd_tokio_tx", &[]).await.unwrap();
    }
    assert_eq!(one::<i64>(&c, "SELECT count(*) FROM hd_tokio_tx", &[]).await, 1);
}

async fn savepoints() {
    let mut c = connect().await;
    table(&c, "hd_tokio_save", "a int PRIMARY KEY").await;
    let mut tx = c.transaction().await.unwrap();
    tx.execute("INSERT INTO hd_tokio_save VALUES (1)", &[]).await.unwrap();
    let inner = tx.savepoint("s").await.unwrap();
    inner.execute("INSERT INTO hd_tokio_save VALUES (2)", &[]).await.unwrap();
    fails("23505", inner.execute("INSERT INTO hd_tokio_save VALUES (1)", &[]).await);
    inner.rollback().await.unwrap();
    let inner = tx.savepoint("s").await.unwrap();
    inner.execute("INSERT INTO hd_tokio_save VALUES (3)", &[]).await.unwrap();
    inner.commit().await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(simple(&c, "SELECT a FROM hd_tokio_save ORDER BY a").await.unwrap(), ["1", "3", "#2"]);
}

async fn error_in_transaction() {
    let c = connect().await;
    c.batch_execute("BEGIN").await.unwrap();
    fails("22012", c.query("SELECT 1/0", &[]).await);
    fails("25P02", c.query("SELECT $1::int", &[&1]).await);
    fails("25P02", c.batch_execute("SELECT 1").await);
    c.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(one::<i32>(&c, "SELECT $1::int", &[&1]).await, 1);
}

async fn transaction_modes() {
    let mut c = connect().await;
    table(&c, "hd_tokio_modes", "a int").await;
    let tx = c
        .build_transaction()
        .isolation_level(IsolationLevel::Serializable)
        .read_only(true)
        .deferrable(true)
        .start()
        .await
        .unwrap();
    assert_eq!(show(&tx, "transaction_isolation").await, "serializable");
    fails("25006", tx.execute("INSERT INTO hd_tokio_modes VALUES (1)", &[]).await);
    tx.rollback().await.unwrap();
    assert_eq!(show(&c, "transaction_isolation").await, "read committed");
}

async fn pipelined_futures() {
    let c = connect().await;
    let s = c.prepare("SELECT $1::int * 2").await.unwrap();
    let rows = join_all((0..300).map(|n: i32| {
        let (c, s) = (&c, &s);
        async move { c.query_one(s, &[&n]).await.unwrap().get::<_, i32>(0) }
    }))
    .await;
    assert_eq!(rows, (0..300).map(|n| n * 2).collect::<Vec<_>>());
}

async fn pipelined_transactions() {
    // Simple and extended statements in one flight; the transaction's end is seen only on the way.
    let c = connect().await;
    table(&c, "hd_tokio_pipe", "a int").await;
    let insert = c.prepare("INSERT INTO hd_tokio_pipe VALUES ($1)").await.unwrap();
    for (n, end) in ["COMMIT", "ROLLBACK", "COMMIT"].into_iter().enumerate() {
        let n = n as i32;
        let (begin, inserts) = join(
            c.batch_execute("BEGIN"),
            join_all((0..20).map(|_| {
                let (c, insert) = (&c, &insert);
                async move { c.execute(insert, &[&n]).await.unwrap() }
            })),
        )
        .await;
        begin.unwrap();
        assert_eq!(inserts.len(), 20);
        let (end, after) = join(c.batch_execute(end), simple(&c, "SELECT count(*) FROM hd_tokio_pipe")).await;
        end.unwrap();
        assert_eq!(after.unwrap()[0], ["20", "20", "40"][n as usize]);
    }
}

async fn error_in_the_middle_of_a_pipeline() {
    let c = connect().await;
    let good = c.prepare("SELECT $1::int").await.unwrap();
    let bad = c.prepare("SELECT 1 / $1::int").await.unwrap();
    let codes = join_all((0..60).map(|n: i32| {
        let (c, good, bad) = (&c, &good, &bad);
        async move {
            if n % 3 == 1 {
                c.query_one(bad, &[&0]).await.map(|r| r.get::<_, i32>(0)).unwrap_err().code().unwrap().code().to_string()
            } else {
                c.query_one(good, &[&n]).await.unwrap().get::<_, i32>(0).to_string()
            }
        }
    }))
    .await;
    for (n, code) in codes.iter().enumerate() {
        assert_eq!(*code, if n % 3 == 1 { "22012".to_string() } else { n.to_string() });
    }
}

async fn pipelined_prepares() {
    let c = connect().await;
    let results = join_all((0..100).map(|n: i32| {
        let c = &c;
        async move {
            let text = if n % 10 == 5 { "SELECT no_such_column".to_string() } else { format!("SELECT $1::int + {n}") };
            match c.prepare(&text).await {
                Ok(s) => {
                    let values: Vec<&(dyn ToSql + Sync)> = vec![&1];
                    let rows = c.query_raw(&s, values).await.unwrap();
                    pin_mut!(rows);
                    rows.try_next().await.unwrap().unwrap().get::<_, i32>(0)
                }
                Err(e) => {
                    assert_eq!(e.code().unwrap().code(), "42703");
                    -1
                }
            }
        }
    }))
    .await;
    for (n, got) in results.into_iter().enumerate() {
        assert_eq!(got, if n % 10 == 5 { -1 } else { n as i32 + 1 });
    }
}
