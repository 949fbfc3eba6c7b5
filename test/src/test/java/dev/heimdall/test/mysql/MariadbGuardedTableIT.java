package dev.heimdall.test.mysql;

import dev.heimdall.test.fixture.MysqlRelease;

class MariadbGuardedTableIT extends GuardedTableContract {
  MariadbGuardedTableIT() {
    super(MysqlRelease.MARIADB);
  }
}
