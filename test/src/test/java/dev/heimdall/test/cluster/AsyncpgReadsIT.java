package dev.heimdall.test.cluster;

import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.test.fixture.Toolchain;
import dev.heimdall.test.operate.SteadyDriver;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Reads of asyncpg outside transactions, which wait for the answer to Parse before they bind: the
 * loss of the writer at any moment of one is no error.
 */
@Tag("long")
class AsyncpgReadsIT {
  private static final int CONNECTIONS_LOST = 20;

  @BeforeAll
  static void install() {
    Toolchain.need("asyncpg");
  }

  @ParameterizedTest
  @EnumSource(names = {"FAST", "IMMEDIATE"})
  void noReadFailsWhenTheWriterEnds(StopMode mode, @TempDir Path folder) throws IOException {
    try (RoutedCluster routed =
        new RoutedCluster(
            c -> c.vdb("pool.size", 4),
            primary ->
                RoutedCluster.asOwner(
                    primary, "CREATE TABLE steady_reads AS SELECT generate_series(1, 3) AS i"))) {
      SteadyDriver reads =
          new SteadyDriver(
              "asyncpg", "reads.py", routed.node().target(), folder.resolve("reads.txt"));
      try {
        reads.goesOn();
        for (int i = 0; i < CONNECTIONS_LOST; i++) {
          routed
              .primary()
              .queryValue(
                  "app",
                  "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename ="
                      + " 'app' AND query LIKE '%steady_reads%'");
          reads.goesOn();
        }
        routed.primary().stop(mode);
        routed.first().promote();
        reads.goesOn();
      } finally {
        reads.end();
      }
      reads.endedWell();
    }
  }
}
