package dev.heimdall.test.mysql;

import dev.heimdall.test.fixture.MysqlRelease;
import org.junit.jupiter.api.Tag;

@Tag("long")
class MysqlGuardedTableIT extends GuardedTableContract {
  MysqlGuardedTableIT() {
    super(MysqlRelease.MYSQL);
  }
}
