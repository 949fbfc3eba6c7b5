//! Session state, notifications, notices, many connections.

use futures_util::future::join_all;

use crate::behaviours;
use crate::harness::*;

behaviours![
    listen_notify,
    notices,
    session_settings_survive,
    settings_follow_the_transaction,
    temp_tables,
    advisory_locks,
    fifty_connections_in_transactions,
    connection_churn,
];

async fn listen_notify() {
    let (a, heard_a) = open(&config()).await.unwrap();
    let (b, heard_b) = open(&config()).await.unwrap();
    let mut sender = connect().await;
    a.batch_execute("LISTEN hd_tokio_ch").await.unwrap();
    b.batch_execute("LISTEN hd_tokio_ch").await.unwrap();
    sender.batch_execute("NOTIFY hd_tokio_ch, 'grüße'").await.unwrap();
    until("both hear", || async { heard_a.all().len() == 1 && heard_b.all().len() == 1 }).await;
    let tx = sender.transaction().await.unwrap();
    tx.execute("SELECT pg_notify('hd_tokio_ch', $1)", &[&"rolled back"]).await.unwrap();
    tx.rollback().await.unwrap();
    let tx = sender.transaction().await.unwrap();
    tx.execute("SELECT pg_notify('hd_tokio_ch', $1)", &[&"committed"]).await.unwrap();
    tx.commit().await.unwrap();
    until("both hear the commit", || async { heard_a.all().len() == 2 && heard_b.all().len() == 2 }).await;
    a.batch_execute("UNLISTEN *").await.unwrap();
    sender.batch_execute("NOTIFY hd_tokio_ch, 'last'").await.unwrap();
    until("b hears", || async { heard_b.all().len() == 3 }).await;
    assert_eq!(one::<i32>(&a, "SELECT 1", &[]).await, 1);
    assert_eq!(heard_a.all(), ["hd_tokio_ch=grüße", "hd_tokio_ch=committed"]);
    assert_eq!(heard_b.all(), ["hd_tokio_ch=grüße", "hd_tokio_ch=committed", "hd_tokio_ch=last"]);
}

async fn notices() {
    let (c, heard) = open(&config()).await.unwrap();
    c.batch_execute("DO $$ BEGIN RAISE NOTICE 'é %', 1; RAISE WARNING 'w'; END $$").await.unwrap();
    assert_eq!(heard.all(), ["NOTICE 00000 é 1", "WARNING 01000 w"]);
}

async fn session_settings_survive() {
    let zones = ["UTC", "Asia/Tokyo", "America/New_York", "Europe/Berlin"];
    let hours = ["12", "21", "07", "13"];
    let clients = join_all((0..24usize).map(|n| async move {
        let c = connect().await;
        c.batch_execute(&format!("SET application_name = 'hd client {n}'; SET search_path TO hd_path_{n}, public"))
            .await
            .unwrap();
        let _: String = one(&c, "SELECT set_config('TimeZone', $1, false)", &[&zones[n % 4]]).await;
        c.batch_execute(&format!("SET hd.tag TO 'tag {n}'")).await.unwrap();
        c
    }))
    .await;
    for _ in 0..10 {
        join_all(clients.iter().enumerate().map(|(n, c)| async move {
            assert_eq!(show(c, "application_name").await, format!("hd client {n}"));
            assert_eq!(show(c, "search_path").await, format!("hd_path_{n}, public"));
            assert_eq!(one::<String>(c, "SELECT current_setting('hd.tag')", &[]).await, format!("tag {n}"));
            let hour: String = one(c, "SELECT to_char(timestamptz '2024-01-15 12:00+00', 'HH24')", &[]).await;
            assert_eq!(hour, hours[n % 4]);
        }))
        .await;
    }
}

async fn settings_follow_the_transaction() {
    let c = connect().await;
    c.batch_execute("SET hd.tag = 'before'").await.unwrap();
    c.batch_execute("BEGIN; SET LOCAL hd.tag = 'local'; COMMIT").await.unwrap();
    assert_eq!(show(&c, "hd.tag").await, "before");
    c.batch_execute("BEGIN; SET hd.tag = 'rolled back'; ROLLBACK").await.unwrap();
    assert_eq!(show(&c, "hd.tag").await, "before");
    c.batch_execute("BEGIN").await.unwrap();
    c.batch_execute("SET hd.tag = 'kept'; SAVEPOINT s; SET hd.tag = 'undone'; ROLLBACK TO s").await.unwrap();
    c.batch_execute("COMMIT").await.unwrap();
    assert_eq!(show(&c, "hd.tag").await, "kept");
    c.batch_execute("RESET ALL").await.unwrap();
    assert_eq!(simple(&c, "SELECT coalesce(current_setting('hd.tag', true), '')").await.unwrap()[0], "");
}

async fn temp_tables() {
    let clients = join_all((0..5i32).map(|n| async move {
        let c = connect().await;
        c.batch_execute("CREATE TEMP TABLE hd_temp (a int)").await.unwrap();
        c.execute("INSERT INTO hd_temp VALUES ($1)", &[&n]).await.unwrap();
        c
    }))
    .await;
    for _ in 0..5 {
        join_all(clients.iter().enumerate().map(|(n, c)| async move {
            assert_eq!(simple(c, "SELECT a FROM hd_temp").await.unwrap(), [n.to_string(), "#1".to_string()]);
        }))
        .await;
    }
}

async fn advisory_locks() {
    let (a, b) = (connect().await, connect().await);
    a.batch_execute("SELECT pg_advisory_lock(770005)").await.unwrap();
    for _ in 0..5 {
        assert!(!one::<bool>(&b, "SELECT pg_try_advisory_lock(770005)", &[]).await);
    }
    assert!(one::<bool>(&a, "SELECT pg_advisory_unlock(770005)", &[]).await);
    assert!(one::<bool>(&b, "SELECT pg_try_advisory_lock(770005)", &[]).await);
}

async fn fifty_connections_in_transactions() {
    let c = connect().await;
    table(&c, "hd_tokio_accounts", "id int PRIMARY KEY, balance int NOT NULL").await;
    c.batch_execute("INSERT INTO hd_tokio_accounts SELECT n, 100 FROM generate_series(0, 49) n").await.unwrap();
    at_once(50, |n| async move {
        let mut mine = connect().await;
        for k in 0..10 {
            let (x, y) = ((n * 7 + k * 3) % 50, (n * 11 + k * 13) % 50);
            let tx = mine.transaction().await.unwrap();
            tx.execute("UPDATE hd_tokio_accounts SET balance = balance - 1 WHERE id = $1", &[&x.min(y)]).await.unwrap();
            tx.execute("UPDATE hd_tokio_accounts SET balance = balance + 1 WHERE id = $1", &[&x.max(y)]).await.unwrap();
            if k % 3 == 0 {
                tx.rollback().await.unwrap();
            } else {
                tx.commit().await.unwrap();
            }
            assert_eq!(one::<i32>(&mine, "SELECT $1::int", &[&n]).await, n);
        }
    })
    .await;
    assert_eq!(one::<i64>(&c, "SELECT sum(balance) FROM hd_tokio_accounts", &[]).await, 5000);
}

async fn connection_churn() {
    at_once(10, |n| async move {
        for k in 0..10 {
            let name = format!("churn {n} {k}");
            let c = open(config().application_name(&name)).await.unwrap().0;
            assert_eq!(show(&c, "application_name").await, name);
        }
    })
    .await;
}
