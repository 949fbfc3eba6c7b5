package dev.heimdall.test.suites;

import dev.heimdall.test.fixture.TestConfiguration;
import java.util.Locale;

/** How long a client of a node keeps its server connection. */
enum PoolingMode {
  TRANSACTION,
  SESSION;

  void into(TestConfiguration configuration) {
    configuration.vdb("multiplex", this == TRANSACTION);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
