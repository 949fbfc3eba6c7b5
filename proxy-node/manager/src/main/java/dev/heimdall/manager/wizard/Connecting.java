package dev.heimdall.manager.wizard;

import dev.heimdall.model.Engine;
import java.util.List;

/**
 * How clients connect to a virtual database, driver by driver. Passwords are not in it.
 *
 * @param host of a node
 * @param database empty: clients name one
 */
public record Connecting(
    String name, Engine engine, String host, int port, String user, String database) {
  private static final String PASSWORD = "PASSWORD";

  /** What to write for a driver. */
  public record Snippet(String driver, String text) {}

  public List<Snippet> snippets() {
    return engine == Engine.POSTGRESQL ? postgres() : mysql();
  }

  private String named(String otherwise) {
    return database.isEmpty() ? otherwise : database;
  }

  private List<Snippet> postgres() {
    String db = named("postgres");
    return List.of(
        new Snippet(
            "psql", "psql \"host=%s port=%d user=%s dbname=%s\"".formatted(host, port, user, db)),
        new Snippet(
            "pgjdbc (Java)",
            "jdbc:postgresql://%s:%d/%s?user=%s&password=%s"
                .formatted(host, port, db, user, PASSWORD)),
        new Snippet(
            "psycopg (Python)",
            "psycopg.connect(\"host=%s port=%d user=%s password=%s dbname=%s\")"
                .formatted(host, port, user, PASSWORD, db)),
        new Snippet(
            "node-postgres",
            "new pg.Client({host: '%s', port: %d, user: '%s', password: '%s', database: '%s'})"
                .formatted(host, port, user, PASSWORD, db)),
        new Snippet(
            "Npgsql (.NET)",
            "Host=%s;Port=%d;Username=%s;Password=%s;Database=%s"
                .formatted(host, port, user, PASSWORD, db)),
        new Snippet(
            "pgx (Go)", "postgres://%s:%s@%s:%d/%s".formatted(user, PASSWORD, host, port, db)));
  }

  private List<Snippet> mysql() {
    String db = named("DATABASE");
    return List.of(
        new Snippet(
            "mysql",
            "mysql --get-server-public-key -h %s -P %d -u %s -p %s"
                .formatted(host, port, user, db)),
        new Snippet("mariadb", "mariadb -h %s -P %d -u %s -p %s".formatted(host, port, user, db)),
        new Snippet(
            "Connector/J (Java)",
            "jdbc:mysql://%s:%d/%s?user=%s&password=%s&allowPublicKeyRetrieval=true"
                .formatted(host, port, db, user, PASSWORD)),
        new Snippet(
            "MariaDB Connector/J",
            "jdbc:mariadb://%s:%d/%s?user=%s&password=%s&allowPublicKeyRetrieval=true"
                .formatted(host, port, db, user, PASSWORD)),
        new Snippet(
            "PyMySQL (Python)",
            "pymysql.connect(host='%s', port=%d, user='%s', password='%s', database='%s')"
                .formatted(host, port, user, PASSWORD, db)),
        new Snippet(
            "mysql2 (Node.js)",
            "mysql.createConnection({host: '%s', port: %d, user: '%s', password: '%s', database: '%s'})"
                .formatted(host, port, user, PASSWORD, db)),
        new Snippet(
            "go-sql-driver", "%s:%s@tcp(%s:%d)/%s".formatted(user, PASSWORD, host, port, db)));
  }
}
