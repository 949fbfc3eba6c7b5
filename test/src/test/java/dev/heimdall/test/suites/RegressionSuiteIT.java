package dev.heimdall.test.suites;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.test.fixture.TestNode;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * PostgreSQL's own regression tests through a node. What a test prints there must pass as it does
 * on a direct connection; docs/differences.md lists those that do not.
 */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RegressionSuiteIT {
  private static final int TESTS = 200;

  @TempDir private static Path directory;

  private RegressionRun direct;

  @BeforeAll
  void runDirectly() throws IOException {
    Toolchain.need(RegressionRun.TOOLCHAIN, "PostgreSQL's regression tests");
    RegressionRun.copyTests(directory);
    try (PostgresCluster cluster = cluster()) {
      direct = run(cluster, "direct", cluster.primary().port());
    }
    assertThat(direct.size()).as("tests run").isGreaterThan(TESTS);
  }

  @ParameterizedTest
  @EnumSource
  void everyTestEndsAsItDoesDirectly(PoolingMode mode) throws IOException {
    List<String> roles = RegressionRun.roles(directory);
    try (PostgresCluster cluster = cluster();
        TestNode node =
            TestNode.start(
                configuration -> {
                  mode.into(configuration);
                  configuration.source("url", cluster.primary().jdbcUrl("postgres"));
                  configuration.without("sources/main.json", "user");
                  configuration.without("sources/main.json", "password");
                  configuration.node("loops", 2);
                  configuration.vdb("credentials", "passthrough");
                  configuration.vdb("auth", List.of(Map.of("method", "trust")));
                  configuration.vdb("pool.size", 30);
                  configuration.user(cluster.superuser(), "password", cluster.password());
                  for (String role : roles) {
                    configuration.user(role, "password", role);
                  }
                })) {
      RegressionRun run = run(cluster, mode.toString(), node.target().port());
      assertThat(run.size()).as("tests run").isEqualTo(direct.size());
      assertThat(
              ListedDifferences.of("PostgreSQL's regression tests")
                  .against(mode, run.differencesFrom(direct)))
          .isEmpty();
    }
  }

  /** A server as pg_regress starts one; roles of its tests need no password. */
  private static PostgresCluster cluster() {
    PostgresCluster cluster =
        PostgresCluster.builder()
            .ephemeralPorts()
            .replicas(0)
            .setting("max_prepared_transactions", "2")
            .setting("max_connections", "200")
            .setting("autovacuum", "on")
            .hba("host all all 127.0.0.1/32 trust")
            .start();
    cluster
        .primary()
        .execute(
            "CREATE DATABASE regression TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc"
                + " LOCALE 'C'",
            "ALTER DATABASE regression SET lc_messages TO 'C'",
            "ALTER DATABASE regression SET lc_monetary TO 'C'",
            "ALTER DATABASE regression SET lc_numeric TO 'C'",
            "ALTER DATABASE regression SET lc_time TO 'C'",
            "ALTER DATABASE regression SET bytea_output TO 'hex'",
            "ALTER DATABASE regression SET timezone_abbreviations TO 'Default'");
    return cluster;
  }

  private RegressionRun run(PostgresCluster cluster, String name, int port) throws IOException {
    Path outputs = Files.createDirectory(directory.resolve(name));
    return RegressionRun.of(directory, outputs, port, cluster);
  }
}
