package dev.heimdall.test.cluster;

import dev.heimdall.test.fixture.MysqlRelease;

/** The contract on MariaDB. */
class MariadbReplayedTransactionsIT extends MysqlFamilyReplayedTransactions {
  MariadbReplayedTransactionsIT() {
    super(MysqlRelease.MARIADB);
  }
}
