package dev.heimdall.test.mysql;

import dev.heimdall.test.fixture.MysqlRelease;

/** The contract on MySQL. */
class MysqlLostTransactionsIT extends LostTransactionsContract {
  MysqlLostTransactionsIT() {
    super(MysqlRelease.MYSQL);
  }
}
