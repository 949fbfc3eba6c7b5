//! Connections to the endpoint under test, and checks that end a behaviour by a panic.

use std::env;
use std::future::Future;

use futures_util::future::join_all;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlDatabaseError, MySqlSslMode};
use sqlx::{ConnectOptions, Error, Executor};

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

/// The endpoint under test.
pub fn options() -> MySqlConnectOptions {
    MySqlConnectOptions::new()
        .host(&variable("HD_HOST"))
        .port(variable("HD_PORT").parse().expect("HD_PORT is a number"))
        .username(&variable("HD_USER"))
        .password(&variable("HD_PASSWORD"))
        .database(&variable("HD_DATABASE"))
        .ssl_mode(MySqlSslMode::Disabled)
        .disable_statement_logging()
}

pub async fn connect() -> MySqlConnection {
    options().connect().await.expect("connect")
}

/// Runs statements by the text protocol.
pub async fn run(c: &mut MySqlConnection, sql: &str) {
    c.execute(sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
}

pub async fn table(c: &mut MySqlConnection, name: &str, columns: &str) {
    run(c, &format!("DROP TABLE IF EXISTS {name}")).await;
    run(c, &format!("CREATE TABLE {name} ({columns})")).await;
}

#[track_caller]
pub fn fails<T>(number: u16, result: Result<T, Error>) {
    match result {
        Ok(_) => panic!("expected error {number}, but it succeeded"),
        Err(error) => {
            let got = error.as_database_error().map(|e| e.downcast_ref::<MySqlDatabaseError>().number());
            if got != Some(number) {
                panic!("expected error {number}, got {error:?}");
            }
        }
    }
}

/// Runs action(0) … action(count - 1) concurrently.
pub async fn at_once<F: Future<Output = ()>>(count: i32, action: impl Fn(i32) -> F) {
    join_all((0..count).map(action)).await;
}
