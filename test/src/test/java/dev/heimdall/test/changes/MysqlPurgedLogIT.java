package dev.heimdall.test.changes;

import dev.heimdall.test.fixture.MysqlRelease;
import org.junit.jupiter.api.Tag;

/** The same with MySQL. */
@Tag("long")
class MysqlPurgedLogIT extends PurgedLogIT {
  @Override
  MysqlRelease release() {
    return MysqlRelease.MYSQL;
  }
}
