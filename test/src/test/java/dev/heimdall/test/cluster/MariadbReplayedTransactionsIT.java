package dev.heimdall.test.cluster;

import dev.heimdall.test.fixture.MysqlRelease;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The contract on MariaDB. */
@Tag("long")
class MariadbReplayedTransactionsIT extends MysqlFamilyReplayedTransactions {
  MariadbReplayedTransactionsIT() {
    super(MysqlRelease.MARIADB);
  }

  /**
   * A MariaDB server stands still now and then when others that acknowledge its commits
   * (semi-synchronous replication) begin to follow it.
   */
  @Override
  @Test
  void aNewWriterCostsBusyClientsNothingButCommitsInFlight() throws Exception {
    super.aNewWriterCostsBusyClientsNothingButCommitsInFlight();
  }
}
