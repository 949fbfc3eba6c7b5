package dev.heimdall.test.cache;

import dev.heimdall.test.fixture.MysqlRelease;
import org.junit.jupiter.api.Tag;

/** The same with a server of MySQL's. */
@Tag("long")
class Mysql97CachedTransactionsIT extends MysqlCachedTransactionsIT {
  @Override
  MysqlRelease release() {
    return MysqlRelease.MYSQL;
  }
}
