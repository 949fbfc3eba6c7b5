package dev.heimdall.test.changes;

import dev.heimdall.test.fixture.MysqlRelease;
import org.junit.jupiter.api.Tag;

/** The same with MySQL. */
@Tag("long")
class MysqlFollowedLogIT extends FollowedLogIT {
  @Override
  MysqlRelease release() {
    return MysqlRelease.MYSQL;
  }
}
