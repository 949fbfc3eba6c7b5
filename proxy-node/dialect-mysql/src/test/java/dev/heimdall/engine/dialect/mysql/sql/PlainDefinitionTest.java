package dev.heimdall.engine.dialect.mysql.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.TableDefinitions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainDefinitionTest {
  private static TableDefinitions of(String sql) {
    return MysqlSql.DIALECT.parse(sql, LexerMode.STANDARD).definitions();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE t (id int PRIMARY KEY, a varchar(20) DEFAULT 'x', b decimal(10,2) NOT NULL)",
        "CREATE TABLE IF NOT EXISTS `d`.`t` (`id` bigint unsigned AUTO_INCREMENT, PRIMARY KEY (`id`),"
            + " KEY `by_a` (`a`, `b` DESC), UNIQUE KEY u USING BTREE (a), CONSTRAINT f FOREIGN KEY (a)"
            + " REFERENCES `d`.`u` (`id`) ON DELETE CASCADE) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"
            + " COLLATE utf8mb4_bin COMMENT='of'",
        "CREATE TABLE t (a enum('x', 'y'), CHECK (a > 'x'), INDEX i (a)) CHARACTER SET utf8mb4",
        "CREATE UNIQUE INDEX i USING HASH ON t (a, b DESC) COMMENT 'x' ALGORITHM=INPLACE",
        "CREATE FULLTEXT INDEX i ON d.t (a)",
        "ALTER TABLE t ADD COLUMN a int DEFAULT 0 AFTER b, ADD INDEX i (a), DROP COLUMN c",
        "ALTER TABLE t MODIFY a varchar(30), CHANGE b c int, ALTER COLUMN d SET DEFAULT 1",
        "ALTER TABLE t ADD (a int, b int), DROP PRIMARY KEY, DROP FOREIGN KEY f, LOCK=NONE",
        "ALTER TABLE t RENAME COLUMN a TO b, RENAME INDEX i TO j, ALGORITHM = INPLACE",
        "DROP INDEX i ON t LOCK NONE",
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1); CREATE INDEX i ON t (a)",
      })
  void isKnownByItsText(String sql) {
    assertThat(of(sql)).isEqualTo(TableDefinitions.PLAIN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TEMPORARY TABLE t (a int)",
        "CREATE OR REPLACE TABLE t (a int)",
        "CREATE TABLE t LIKE u",
        "CREATE TABLE t (LIKE u)",
        "CREATE TABLE t (a int) SELECT 1",
        "CREATE TABLE t (a int) AS TABLE u",
        "CREATE TABLE t SELECT 1",
        "CREATE TABLE t (a int) ENGINE=MERGE UNION=(u)",
        "CREATE TABLE t (a int) ENGINE=FEDERATED CONNECTION='mysql://u'",
        "CREATE TABLE t (a int) PARTITION BY HASH (a)",
        "CREATE TABLE t (a int) WITH SYSTEM VERSIONING",
        "CREATE TABLE t (a int DEFAULT (NEXT VALUE FOR s))",
        "CREATE TABLE t (a int) /*! SELECT f() */",
        "CREATE TABLE t (a int DEFAULT (SELECT 1))",
        "CREATE SEQUENCE s",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1",
        "CREATE FUNCTION f() RETURNS int RETURN 1",
        "CREATE PROCEDURE p() SELECT 1",
        "CREATE DATABASE d",
        "ALTER TABLE t RENAME TO u",
        "ALTER TABLE t RENAME u",
        "ALTER TABLE t RENAME AS u",
        "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (a) ON DELETE CASCADE",
        "ALTER TABLE t ADD COLUMN a int REFERENCES u (a)",
        "ALTER TABLE t ADD PARTITION PARTITIONS 2",
        "ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u",
        "ALTER TABLE t ENGINE=MERGE",
        "ALTER VIEW v AS SELECT 1",
        "RENAME TABLE t TO u",
        "DROP TABLE t CASCADE",
        "DROP VIEW v",
        "DROP TRIGGER g",
        "GRANT SELECT ON t TO u",
        "CREATE TABLE t (a int); CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a = 1",
        "SELECT 1",
        "INSERT INTO t VALUES (1)",
      })
  void mayBeMore(String sql) {
    assertThat(of(sql)).isNull();
  }

  @Test
  void saysWhatIsCalledAndDropped() {
    assertThat(of("CREATE TABLE t (a int DEFAULT (f(1)), b int AS (lower(a)), KEY k (b))").calls())
        .extracting(FunctionName::name)
        .containsExactlyInAnyOrder("f", "lower");
    assertThat(of("DROP TABLE IF EXISTS t, d.u").drops()).isTrue();
    assertThat(of("DROP INDEX i ON t").drops()).isFalse();
  }
}
