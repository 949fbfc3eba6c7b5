package dev.heimdall.test.cache;

import dev.heimdall.test.fixture.MysqlRelease;
import org.junit.jupiter.api.Tag;

/** The same with MySQL. */
@Tag("long")
class Mysql97ChangedPastNodesIT extends MysqlChangedPastNodesIT {
  @Override
  MysqlRelease release() {
    return MysqlRelease.MYSQL;
  }

  @Override
  String defaultRole() {
    return "SET DEFAULT ROLE seen_role TO seen_user";
  }
}
