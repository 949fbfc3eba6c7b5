package dev.heimdall.test.cluster;

import dev.heimdall.test.fixture.MysqlRelease;
import org.junit.jupiter.api.Tag;

/** The contract on MySQL. */
@Tag("long")
class MysqlReplayedTransactionsIT extends MysqlFamilyReplayedTransactions {
  MysqlReplayedTransactionsIT() {
    super(MysqlRelease.MYSQL);
  }
}
