package dev.heimdall.test.cache;

import dev.heimdall.test.fixture.MysqlRelease;

/** The same with MySQL. */
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
