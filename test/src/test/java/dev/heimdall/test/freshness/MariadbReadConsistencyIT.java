package dev.heimdall.test.freshness;

import dev.heimdall.test.fixture.MysqlRelease;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The contract on MariaDB, whose writer is also replaced as planned, and killed a second time. */
@Tag(
    "long") // MariaDB 11.4 itself stands still now and then when replicas begin to follow another
            // server
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
