//! Connections to the endpoint under test, and checks that end a behaviour by a panic.

use std::env;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::stream::poll_fn;
use futures_util::StreamExt;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSqlOwned, ToSql};
use tokio_postgres::{AsyncMessage, Client, Config, Error, GenericClient, NoTls};

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

/// The endpoint under test.
pub fn config() -> Config {
    let mut config = Config::new();
    config
        .host(variable("HD_HOST"))
        .port(variable("HD_PORT").parse().expect("HD_PORT is a number"))
        .user(variable("HD_USER"))
        .password(variable("HD_PASSWORD"))
        .dbname(variable("HD_DATABASE"))
        .connect_timeout(Duration::from_secs(20))
        .ssl_mode(match env::var("HD_SSLMODE").as_deref() {
            Err(_) | Ok("disable") => SslMode::Disable,
            Ok("prefer") => SslMode::Prefer,
            Ok(_) => SslMode::Require,
        });
    config
}

/// The database itself, for comparison and side effects.
pub fn direct() -> Config {
    let port = env::var("HD_DIRECT_PORT").unwrap_or_else(|_| variable("HD_PORT"));
    let mut config = Config::new();
    config
        .host(variable("HD_HOST"))
        .port(port.parse().expect("HD_DIRECT_PORT is a number"))
        .user(variable("HD_USER"))
        .password(variable("HD_PASSWORD"))
        .dbname(variable("HD_DATABASE"));
    config
}

/// Whether server connections come from a pool: views about one show what earlier clients of it did as well.
pub fn pooled() -> bool {
    env::var("HD_POOLED").as_deref() == Ok("true")
}

/// What the server said besides results: `channel=payload` and `SEVERITY message`.
#[derive(Clone, Default)]
pub struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

pub async fn open(config: &Config) -> Result<(Client, Heard), Error> {
    let (client, mut connection) = config.connect(NoTls).await?;
    let heard = Heard::default();
    let ear = heard.clone();
    tokio::spawn(async move {
        let mut messages = poll_fn(move |cx| connection.poll_message(cx));
        while let Some(Ok(message)) = messages.next().await {
            let text = match message {
                AsyncMessage::Notification(n) => format!("{}={}", n.channel(), n.payload()),
                AsyncMessage::Notice(n) => format!("{} {} {}", n.severity(), n.code().code(), n.message()),
                _ => continue,
            };
            ear.0.lock().unwrap().push(text);
        }
    });
    Ok((client, heard))
}

pub async fn connect() -> Client {
    open(&config()).await.expect("connect").0
}

pub async fn one<T: FromSqlOwned>(client: &impl GenericClient, sql: &str, values: &[&(dyn ToSql + Sync)]) -> T {
    match client.query_one(sql, values).await {
        Ok(row) => row.get(0),
        Err(error) => panic!("{sql}: {error:?}"),
    }
}

/// The rows of a text-only query, each value with a comma between.
pub async fn simple(client: &impl GenericClient, sql: &str) -> Result<Vec<String>, Error> {
    use tokio_postgres::SimpleQueryMessage::*;
    let messages = client.simple_query(sql).await?;
    Ok(messages
        .into_iter()
        .filter_map(|m| match m {
            Row(row) => Some((0..row.len()).map(|n| row.get(n).unwrap_or("NULL")).collect::<Vec<_>>().join(",")),
            CommandComplete(count) => Some(format!("#{count}")),
            _ => None,
        })
        .collect())
}

pub async fn show(client: &impl GenericClient, name: &str) -> String {
    simple(client, &format!("SHOW {name}")).await.unwrap()[0].clone()
}

#[track_caller]
pub fn fails<T>(code: &str, result: Result<T, Error>) -> Error {
    match result {
        Ok(_) => panic!("expected SQLSTATE {code}, but it succeeded"),
        Err(error) => {
            if error.code() != Some(&SqlState::from_code(code)) {
                panic!("expected SQLSTATE {code}, got {error:?}");
            }
            error
        }
    }
}

pub fn message(error: &Error) -> &str {
    error.as_db_error().expect("an error of the server").message()
}

pub async fn table(client: &Client, name: &str, columns: &str) {
    client
        .batch_execute(&format!("DROP TABLE IF EXISTS {name}; CREATE TABLE {name} ({columns})"))
        .await
        .unwrap();
}

/// Runs action(0) … action(count - 1) concurrently.
pub async fn at_once<F: Future<Output = ()>>(count: i32, action: impl Fn(i32) -> F) {
    join_all((0..count).map(action)).await;
}

pub async fn until<F: Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    let deadline = Instant::now() + Duration::from_secs(15);
    while !condition().await {
        assert!(Instant::now() < deadline, "not within 15 s: {what}");
        pause(20).await;
    }
}

pub async fn pause(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}
