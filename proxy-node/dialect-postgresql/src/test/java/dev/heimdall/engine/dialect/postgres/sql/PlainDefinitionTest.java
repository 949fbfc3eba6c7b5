package dev.heimdall.engine.dialect.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.TableDefinitions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainDefinitionTest {
  private static TableDefinitions of(String sql) {
    return PostgresSql.DIALECT.parse(sql, LexerMode.STANDARD).definitions();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE t (id bigserial PRIMARY KEY, a varchar(20) COLLATE \"C\" NOT NULL, b int[])",
        "CREATE UNLOGGED TABLE IF NOT EXISTS s.t (a numeric(10,2) DEFAULT 0) WITH (fillfactor=70)",
        "CREATE TABLE t (a int REFERENCES s.u (id) ON DELETE CASCADE, UNIQUE (a), CHECK (a > 0))",
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY s.t USING btree (a DESC NULLS LAST,"
            + " (b + 1), c text_pattern_ops) INCLUDE (d) WHERE e IS NULL",
        "CREATE SEQUENCE s START 5 OWNED BY t.a",
        "CREATE TYPE k AS ENUM ('a', 'b')",
        "ALTER TYPE k ADD VALUE IF NOT EXISTS 'c' BEFORE 'a'",
        "CREATE SCHEMA IF NOT EXISTS s",
        "ALTER TABLE IF EXISTS ONLY t ADD a int, ADD COLUMN b text DEFAULT 'x', DROP COLUMN c",
        "ALTER TABLE t ALTER a SET DEFAULT 1, ALTER COLUMN b TYPE bigint USING b + 1",
        "ALTER TABLE t RENAME COLUMN a TO b",
        "ALTER TABLE t RENAME a TO b",
        "ALTER TABLE t VALIDATE CONSTRAINT c",
        "DROP INDEX CONCURRENTLY IF EXISTS a, s.b",
        "COMMENT ON TABLE t IS 'of'",
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1); CREATE INDEX ON t (a)",
      })
  void isKnownByItsText(String sql) {
    assertThat(of(sql)).isEqualTo(TableDefinitions.PLAIN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TEMP TABLE t (a int)",
        "CREATE TABLE pg_temp.t (a int)",
        "CREATE TABLE pg_temp_3.t (a int)",
        "CREATE TABLE t AS SELECT 1",
        "CREATE TABLE t (LIKE u INCLUDING ALL)",
        "CREATE TABLE t () INHERITS (u)",
        "CREATE TABLE t PARTITION OF u DEFAULT",
        "CREATE TABLE t OF k",
        "CREATE TABLE t (a int) PARTITION BY LIST (a)",
        "CREATE TABLE t (a int) USING own",
        "CREATE TABLE t (a int, EXCLUDE (a WITH =))",
        "CREATE INDEX ON t (a own_ops)",
        "CREATE INDEX ON t ((a + 1) own_ops)",
        "CREATE TEMP SEQUENCE s",
        "CREATE TYPE k AS (a int)",
        "CREATE TYPE k AS RANGE (SUBTYPE = int)",
        "CREATE SCHEMA s CREATE VIEW v AS SELECT f()",
        "CREATE FOREIGN TABLE t (a int) SERVER s",
        "CREATE OR REPLACE VIEW v AS SELECT 1",
        "CREATE DOMAIN d AS int",
        "CREATE TRIGGER t BEFORE INSERT ON t EXECUTE FUNCTION f()",
        "CREATE RULE r AS ON INSERT TO t DO ALSO SELECT 1",
        "ALTER TABLE t RENAME TO u",
        "ALTER TABLE t SET SCHEMA s",
        "ALTER TABLE t INHERIT u",
        "ALTER TABLE t ATTACH PARTITION u DEFAULT",
        "ALTER TABLE t ENABLE TRIGGER ALL",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE t OWNER TO u",
        "ALTER TABLE t ADD a int, RENAME TO u",
        "ALTER TABLE t DROP a CASCADE",
        "ALTER TYPE k RENAME TO l",
        "ALTER TABLE ALL IN TABLESPACE a SET TABLESPACE b",
        "DROP TABLE t CASCADE",
        "DROP VIEW v",
        "DROP TRIGGER t ON t",
        "DROP FUNCTION f",
        "GRANT ALL ON t TO u",
        "CREATE TABLE t (a int); CREATE TRIGGER t BEFORE INSERT ON t EXECUTE FUNCTION f()",
        "CREATE TRIGGER t BEFORE INSERT ON t EXECUTE FUNCTION f(); CREATE TABLE t (a int)",
        "CREATE TABLE t (a int); EXECUTE p",
      })
  void bringsMore(String sql) {
    assertThat(of(sql)).isNull();
  }

  @Test
  void whatRowsWillCallIsNamed() {
    assertThat(
            of("CREATE TABLE t (a int DEFAULT f(), b text CHECK (s.\"G\"(b)), c int GENERATED"
                    + " ALWAYS AS (h(a)) STORED)")
                .calls())
        .containsExactlyInAnyOrder(
            new FunctionName(null, "f"), new FunctionName("s", "G"), new FunctionName(null, "h"));
    assertThat(of("CREATE INDEX ON t (lower(a)) WHERE f(b)").calls())
        .containsExactlyInAnyOrder(new FunctionName(null, "lower"), new FunctionName(null, "f"));
  }

  @Test
  void namesThatMayLeadElsewhereAndKeysOfOlderTablesAreTold() {
    assertThat(of("DROP TABLE IF EXISTS a, s.b RESTRICT").drops()).isTrue();
    assertThat(of("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u").refers()).isTrue();
    assertThat(of("ALTER TABLE t ADD a int REFERENCES u (id)").refers()).isTrue();
  }
}
