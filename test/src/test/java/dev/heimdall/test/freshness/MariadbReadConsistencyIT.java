package dev.heimdall.test.freshness;

import dev.heimdall.test.fixture.MysqlRelease;
import org.junit.jupiter.api.Tag;

/**
 * The contract on MariaDB, whose writer is also replaced as planned, and killed a second time. Not
 * in the ordinary run: now and then a server of MariaDB 11.4 itself stands still when replicas
 * begin to follow another one.
 */
@Tag("long")
class MariadbReadConsistencyIT extends ReadConsistencyContract {
  @Override
  Servers servers() {
    return new MysqlFamilyServers(MysqlRelease.MARIADB);
  }
}
