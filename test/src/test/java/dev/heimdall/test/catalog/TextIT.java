package dev.heimdall.test.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From the text to what it does, with the parser in between. */
class TextIT {
  private static Asked db;

  @BeforeAll
  static void define() throws Exception {
    db =
        Asked.of(
            "catalog_text",
            "CREATE TABLE customers (id serial PRIMARY KEY, name text)",
            "CREATE TABLE orders (id serial PRIMARY KEY,"
                + " customer int REFERENCES customers ON DELETE CASCADE, total numeric(10, 2))",
            "CREATE VIEW big AS SELECT * FROM orders WHERE total > 100",
            "CREATE TABLE audit (what text)",
            "CREATE FUNCTION note(t text) RETURNS text LANGUAGE plpgsql"
                + " AS 'BEGIN INSERT INTO audit VALUES (t); RETURN t; END'",
            "CREATE FUNCTION total(int) RETURNS numeric STABLE LANGUAGE sql"
                + " AS 'SELECT sum(total) FROM orders WHERE customer = $1'");
  }

  @AfterAll
  static void close() {
    db.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '\u0001',
      value = {
        "SELECT 1 ~ READ repeatable",
        "SELECT count(*), max(total)::numeric(10, 2) FROM big ~ READ repeatable r:big,orders",
        "SELECT now(), current_user FROM orders ~ READ r:orders",
        "WITH x(a, b) AS (SELECT id, total FROM orders) SELECT coalesce(a, b) FROM x"
            + " ~ READ repeatable r:orders",
        "SELECT upper(name), total(id) FROM customers ~ READ repeatable r:customers,orders",
        "SELECT to_char(total, '999'), extract(year FROM now()) FROM orders ~ READ r:orders",
        "SELECT note(name) FROM customers ~ WRITE r:audit,customers w:audit",
        "SELECT * FROM generate_series(1, 3) AS s(i) ~ READ repeatable",
        "SELECT row_number() OVER (ORDER BY id) FROM orders ~ READ repeatable r:orders",
        "SELECT nextval('orders_id_seq') ~ WRITE",
        "SELECT pg_advisory_lock(1) ~ LOCK",
        "SELECT pg_advisory_xact_lock(1) ~ LOCK",
        "SELECT set_config('a.b', 'c', false) ~ SESSION",
        "SELECT pg_notify('a', 'b') ~ WRITE",
        "SELECT random(), gen_random_uuid(), pg_sleep(0) ~ READ",
        "SELECT query_to_xml('SELECT note(1)', true, true, '') ~ WRITE anything",
        "SELECT relname FROM pg_class ~ READ r:pg_catalog.pg_class",
        "SELECT table_name FROM information_schema.tables ~ READ r:information_schema.tables",
        "INSERT INTO customers (name) VALUES ('x') ~ WRITE w:customers",
        "DELETE FROM customers WHERE id = 1 ~ WRITE w:customers,orders",
        "UPDATE big SET total = 1 ~ WRITE w:big,orders",
        "INSERT INTO orders (customer) SELECT id FROM customers ON CONFLICT (id) DO NOTHING"
            + " ~ WRITE r:customers w:orders",
        "TRUNCATE orders ~ WRITE w:orders",
        "TRUNCATE customers CASCADE ~ WRITE w:customers,orders anything",
        "BEGIN ~ TRANSACTION",
        "SET search_path = x ~ SESSION",
        "CREATE TABLE x (a int) ~ DDL w:x",
        "DO 'BEGIN NULL; END' ~ CALL anything",
        "FROBNICATE ~ UNKNOWN anything",
        "LOCK TABLE orders ~ LOCK w:orders"
      })
  void textsAreResolved(String sql, String expected) {
    Statement statement = db.resolve(PostgresSql.DIALECT.parse(sql, LexerMode.STANDARD));

    assertThat(said(statement)).isEqualTo(expected);
    assertThat(statement.reason() == null).isEqualTo(expected.startsWith("READ"));
  }

  private static String said(Statement statement) {
    StringBuilder said = new StringBuilder(statement.kind().name());
    said.append(statement.repeatable() ? " repeatable" : "");
    if (!statement.tablesRead().isEmpty()) {
      said.append(" r:").append(String.join(",", statement.tablesRead()));
    }
    if (!statement.tablesWritten().isEmpty()) {
      said.append(" w:").append(String.join(",", statement.tablesWritten()));
    }
    said.append(statement.writesAnything() ? " anything" : "");
    return said.toString().replace("catalog_text.", "");
  }
}
