package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.MysqlRelease;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same of MySQL, and what only that has. */
@Tag("long")
class MysqlBinaryLogIT extends BinaryLogIT {
  @Override
  MysqlRelease release() {
    return MysqlRelease.MYSQL;
  }

  /** Whether these are visible cannot be asked for, so that they are reported later. */
  @Test
  void transactionsWithTagsAreHeardOf() {
    MysqlCluster cluster = release().shared();
    MysqlServer server = tables(cluster);
    try (LogListener listener = listen(cluster)) {
      assertThat(
              heardAfter(
                  server,
                  listener,
                  "SET SESSION gtid_next = 'AUTOMATIC:batch'",
                  "INSERT INTO parted VALUES (4)",
                  "SET SESSION gtid_next = 'AUTOMATIC'"))
          .containsExactly(Set.of("logged.parted"));
      assertThat(listener.takeMissed()).isZero();
    }
  }

  @Test
  void compressedTransactionsAreUnpacked() {
    MysqlCluster cluster = release().shared();
    MysqlServer server = tables(cluster);
    try (LogListener listener = listen(cluster)) {
      assertThat(
              heardAfter(
                  server,
                  listener,
                  "SET SESSION binlog_transaction_compression = ON",
                  "BEGIN",
                  "INSERT INTO plain VALUES (3001, REPEAT('x', 3000000))",
                  "INSERT INTO parted VALUES (1)",
                  "COMMIT",
                  "DELETE FROM plain"))
          .containsExactly(Set.of("logged.plain", "logged.parted"), Set.of("logged.plain"));
      assertThat(listener.takeMissed()).isZero();
    }
  }
}
