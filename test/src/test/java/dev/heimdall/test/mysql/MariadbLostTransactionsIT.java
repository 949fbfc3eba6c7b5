package dev.heimdall.test.mysql;

import dev.heimdall.test.fixture.MysqlRelease;

/** The contract on MariaDB. */
class MariadbLostTransactionsIT extends LostTransactionsContract {
  MariadbLostTransactionsIT() {
    super(MysqlRelease.MARIADB);
  }
}
