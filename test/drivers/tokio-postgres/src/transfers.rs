//! COPY, portals, large values, cancel.

use bytes::Bytes;
use futures_util::{pin_mut, SinkExt, StreamExt, TryStreamExt};
use tokio_postgres::binary_copy::{BinaryCopyInWriter, BinaryCopyOutStream};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::NoTls;

use crate::behaviours;
use crate::harness::*;

behaviours![
    copy_in_and_out,
    binary_copy,
    copy_in_fails_midway,
    copy_in_aborted_by_client,
    copy_out_abandoned,
    row_limited_portal,
    two_portals_interleaved,
    cursor_with_hold,
    stream_dropped_early,
    error_after_some_rows,
    big_result,
    big_value,
    big_parameter,
    cancel_a_running_statement,
    cancel_when_idle_does_nothing,
    dropped_future_keeps_the_order,
];

async fn copy_in_and_out() {
    let c = connect().await;
    table(&c, "hd_tokio_copy", "a int, b text").await;
    let sink = c.copy_in::<_, Bytes>("COPY hd_tokio_copy FROM STDIN").await.unwrap();
    pin_mut!(sink);
    for n in 0..20000 {
        let text = if n % 5 == 0 { "\\N".to_string() } else { format!("té{n}") };
        sink.feed(Bytes::from(format!("{n}\t{text}\n"))).await.unwrap();
    }
    assert_eq!(sink.finish().await.unwrap(), 20000);
    let stream = c.copy_out("COPY (SELECT * FROM hd_tokio_copy ORDER BY a) TO STDOUT").await.unwrap();
    pin_mut!(stream);
    let mut all = Vec::new();
    while let Some(part) = stream.try_next().await.unwrap() {
        all.extend_from_slice(&part);
    }
    let all = String::from_utf8(all).unwrap();
    assert_eq!(all.lines().count(), 20000);
    assert_eq!(all.lines().nth(6), Some("6\tté6"));
    assert_eq!(one::<i64>(&c, "SELECT sum(a) FROM hd_tokio_copy", &[]).await, 199990000);
}

async fn binary_copy() {
    let mut c = connect().await;
    table(&c, "hd_tokio_copy_binary", "a int, b text").await;
    let tx = c.transaction().await.unwrap();
    let sink = tx.copy_in("COPY hd_tokio_copy_binary FROM STDIN BINARY").await.unwrap();
    let writer = BinaryCopyInWriter::new(sink, &[Type::INT4, Type::TEXT]);
    pin_mut!(writer);
    for n in 0..5000i32 {
        writer.as_mut().write(&[&n, &"x".repeat(100)]).await.unwrap();
    }
    assert_eq!(writer.finish().await.unwrap(), 5000);
    let stream = tx.copy_out("COPY hd_tokio_copy_binary TO STDOUT BINARY").await.unwrap();
    let rows = BinaryCopyOutStream::new(stream, &[Type::INT4, Type::TEXT]);
    let sum = rows.try_fold(0i64, |sum, row| async move { Ok(sum + i64::from(row.get::<i32>(0))) }).await.unwrap();
    assert_eq!(sum, 12497500);
    tx.rollback().await.unwrap();
    assert_eq!(one::<i64>(&c, "SELECT count(*) FROM hd_tokio_copy_binary", &[]).await, 0);
}

async fn copy_in_fails_midway() {
    let c = connect().await;
    table(&c, "hd_tokio_copy_bad", "a int").await;
    for _ in 0..3 {
        let sink = c.copy_in::<_, Bytes>("COPY hd_tokio_copy_bad FROM STDIN").await.unwrap();
        pin_mut!(sink);
        let mut outcome = Ok(0);
        for n in 0..200000 {
            let line = if n == 100 { "not a number\n".to_string() } else { format!("{n}\n") };
            if let Err(e) = sink.feed(Bytes::from(line)).await {
                outcome = Err(e);
                break;
            }
        }
        if outcome.is_ok() {
            outcome = sink.finish().await;
        }
        // The error may also show as a closed copy first; the connection must go on in any case.
        let e = outcome.expect_err("the COPY went through");
        assert!(e.code().map_or(true, |code| code.code() == "22P02"), "{e:?}");
        assert_eq!(one::<i64>(&c, "SELECT count(*) FROM hd_tokio_copy_bad", &[]).await, 0);
    }
    let sink = c.copy_in::<_, Bytes>("COPY hd_tokio_copy_bad FROM STDIN").await.unwrap();
    pin_mut!(sink);
    sink.send(Bytes::from("1\nnot a number\n")).await.unwrap();
    let e = fails("22P02", sink.finish().await);
    assert!(e.as_db_error().unwrap().where_().unwrap().contains("line 2"), "{e:?}");
}

async fn copy_in_aborted_by_client() {
    let c = connect().await;
    table(&c, "hd_tokio_copy_abort", "a int").await;
    for _ in 0..3 {
        {
            let sink = c.copy_in::<_, Bytes>("COPY hd_tokio_copy_abort FROM STDIN").await.unwrap();
            pin_mut!(sink);
            for n in 0..1000 {
                sink.send(Bytes::from(format!("{n}\n"))).await.unwrap();
            }
        }
        assert_eq!(one::<i64>(&c, "SELECT count(*) FROM hd_tokio_copy_abort", &[]).await, 0);
    }
}

async fn copy_out_abandoned() {
    let c = connect().await;
    {
        let stream = c
            .copy_out("COPY (SELECT repeat('x', 1000) FROM generate_series(1, 100000)) TO STDOUT")
            .await
            .unwrap();
        pin_mut!(stream);
        for _ in 0..3 {
            stream.next().await.unwrap().unwrap();
        }
    }
    assert_eq!(one::<i32>(&c, "SELECT 1", &[]).await, 1);
}

async fn row_limited_portal() {
    let mut c = connect().await;
    let tx = c.transaction().await.unwrap();
    let portal = tx.bind("SELECT n FROM generate_series(1, $1::int) n", &[&1000]).await.unwrap();
    for (limit, expected) in [(3, 3), (100, 100), (5000, 897), (10, 0)] {
        assert_eq!(tx.query_portal(&portal, limit).await.unwrap().len(), expected);
    }
    let bad = tx.bind("SELECT 10 / (5 - n) FROM generate_series(1, 10) n", &[]).await.unwrap();
    assert_eq!(tx.query_portal(&bad, 4).await.unwrap().len(), 4);
    fails("22012", tx.query_portal(&bad, 10).await);
    tx.rollback().await.unwrap();
    assert_eq!(one::<i32>(&c, "SELECT 1", &[]).await, 1);
}

async fn two_portals_interleaved() {
    let mut c = connect().await;
    let tx = c.transaction().await.unwrap();
    let up = tx.bind("SELECT n FROM generate_series(1, 50) n", &[]).await.unwrap();
    let down = tx.bind("SELECT -n FROM generate_series(1, 50) n", &[]).await.unwrap();
    for n in 1..=50 {
        assert_eq!(tx.query_portal(&up, 1).await.unwrap()[0].get::<_, i32>(0), n);
        assert_eq!(tx.query_portal(&down, 1).await.unwrap()[0].get::<_, i32>(0), -n);
        assert_eq!(one::<i32>(&tx, "SELECT $1::int", &[&n]).await, n);
    }
    tx.commit().await.unwrap();
}

async fn cursor_with_hold() {
    let (c, other) = (connect().await, connect().await);
    c.batch_execute("DECLARE hd_hold CURSOR WITH HOLD FOR SELECT n FROM generate_series(1, 10) n").await.unwrap();
    for n in 1..=10 {
        assert_eq!(simple(&c, "FETCH 1 FROM hd_hold").await.unwrap()[0], n.to_string());
        fails("34000", other.batch_execute("FETCH 1 FROM hd_hold").await);
    }
    c.batch_execute("CLOSE hd_hold").await.unwrap();
    fails("34000", c.batch_execute("FETCH 1 FROM hd_hold").await);
}

async fn stream_dropped_early() {
    let c = connect().await;
    let no_values: [&(dyn ToSql + Sync); 0] = [];
    for _ in 0..3 {
        let rows = c.query_raw("SELECT n FROM generate_series(1, 100000) n", no_values).await.unwrap();
        pin_mut!(rows);
        assert_eq!(rows.try_next().await.unwrap().unwrap().get::<_, i32>(0), 1);
    }
    assert_eq!(one::<i32>(&c, "SELECT 1", &[]).await, 1);
}

async fn error_after_some_rows() {
    let c = connect().await;
    let no_values: [&(dyn ToSql + Sync); 0] = [];
    let rows = c.query_raw("SELECT 100 / (5000 - n) FROM generate_series(1, 6000) n", no_values).await.unwrap();
    pin_mut!(rows);
    let mut seen = 0;
    let e = loop {
        match rows.try_next().await {
            Ok(Some(_)) => seen += 1,
            Ok(None) => panic!("no error"),
            Err(e) => break e,
        }
    };
    assert_eq!(e.code().unwrap().code(), "22012");
    assert!((1..5000).contains(&seen), "{seen} rows before the error");
    assert_eq!(one::<i32>(&c, "SELECT 1", &[]).await, 1);
}

async fn big_result() {
    let c = connect().await;
    let rows = c.query("SELECT n, md5(n::text) FROM generate_series(1, 200000) n", &[]).await.unwrap();
    assert_eq!(rows.len(), 200000);
    assert_eq!(rows.iter().map(|r| i64::from(r.get::<_, i32>(0))).sum::<i64>(), 20000100000);
    assert_eq!(rows[0].get::<_, &str>(1), "c4ca4238a0b923820dcc509a6f75849b");
    assert!(rows.iter().all(|r| r.get::<_, &str>(1).len() == 32));
}

async fn big_value() {
    let c = connect().await;
    let text: String = one(&c, "SELECT repeat('0123456789', 2000000)", &[]).await;
    assert!(text == "0123456789".repeat(2000000));
    let bytes: Vec<u8> = one(&c, "SELECT decode(repeat('ab', 20000000), 'hex')", &[]).await;
    assert!(bytes == vec![0xab; 20000000]);
}

async fn big_parameter() {
    let c = connect().await;
    let data: Vec<u8> = (0..20_000_000u32).map(|n| (n.wrapping_mul(2654435761) >> 24) as u8).collect();
    assert_eq!(one::<i32>(&c, "SELECT length($1::bytea)", &[&data]).await, 20000000);
    assert!(one::<Vec<u8>>(&c, "SELECT $1::bytea", &[&data]).await == data);
}

async fn cancel_a_running_statement() {
    let d = connect().await;
    for _ in 0..3 {
        let c = connect().await;
        let token = c.cancel_token();
        let (outcome, _) = futures_util::future::join(c.batch_execute("SELECT pg_sleep(24)"), async {
            until("sleeping", || async {
                let sql = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = 'SELECT pg_sleep(24)'";
                one::<i64>(&d, sql, &[]).await == 1
            })
            .await;
            token.cancel_query(NoTls).await.unwrap();
        })
        .await;
        assert_eq!(message(&fails("57014", outcome)), "canceling statement due to user request");
        // PostgreSQL signals the process and its group: the second signal may hit the connection's next statement.
        if let Err(error) = c.batch_execute("SELECT 1").await {
            fails::<()>("57014", Err(error));
        }
        assert_eq!(one::<i32>(&c, "SELECT 1", &[]).await, 1);
    }
}

async fn cancel_when_idle_does_nothing() {
    let (c, other) = (connect().await, connect().await);
    for n in 0..10 {
        c.cancel_token().cancel_query(NoTls).await.unwrap();
        assert_eq!(one::<i32>(&other, "SELECT $1::int FROM pg_sleep(0.03)", &[&n]).await, n);
    }
    // A cancel that arrives late may hit the connection's own next statement, as in PostgreSQL; never for long.
    pause(100).await;
    assert_eq!(one::<i32>(&c, "SELECT 1", &[]).await, 1);
}

async fn dropped_future_keeps_the_order() {
    let c = connect().await;
    for n in 0..20i32 {
        let slow = c.batch_execute("SELECT pg_sleep(0.02)");
        let dropped = tokio::time::timeout(std::time::Duration::from_millis(1), slow).await;
        assert!(dropped.is_err(), "not dropped in flight");
        assert_eq!(one::<i32>(&c, "SELECT $1::int", &[&n]).await, n);
    }
}
