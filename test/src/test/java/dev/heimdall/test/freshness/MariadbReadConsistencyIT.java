package dev.heimdall.test.freshness;

import dev.heimdall.test.fixture.MysqlRelease;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The contract on MariaDB, whose writer is also replaced as planned, and killed a second time. */
class MariadbReadConsistencyIT extends ReadConsistencyContract {
  @Override
  Servers servers() {
    return new MysqlFamilyServers(MysqlRelease.MARIADB);
  }

  @Override
  @Test
  @Tag("long")
  void nodesThatKeepLessThanIsAskedForAreCaught() throws Exception {
    super.nodesThatKeepLessThanIsAskedForAreCaught();
  }
}
