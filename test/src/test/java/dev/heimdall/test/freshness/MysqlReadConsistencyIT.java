package dev.heimdall.test.freshness;

import dev.heimdall.test.fixture.MysqlRelease;
import org.junit.jupiter.api.Tag;

/** The contract on MySQL, whose writer is also replaced as planned, and killed a second time. */
@Tag("long")
class MysqlReadConsistencyIT extends ReadConsistencyContract {
  @Override
  Servers servers() {
    return new MysqlFamilyServers(MysqlRelease.MYSQL);
  }
}
