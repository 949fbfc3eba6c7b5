package dev.heimdall.test.suites;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.test.fixture.TestNode;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A driver's own tests through a node. Each must end as it does on a direct connection;
 * docs/differences.md lists those that do not.
 */
@Tag("long")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DriverSuiteContract {
  /** More than the tests of any of the drivers have at once. */
  private static final int CONNECTIONS = 60;

  /** How many may fail on a direct connection, where the machine is busy. */
  private static final int HURRIED = 3;

  private static final String USER = "suite";

  private final String driver;
  private final int tests;
  private final String database;
  private Path directory;
  private DriverSuiteRun direct;

  /**
   * @param driver the folder below {@code test/drivers}
   * @param tests fewer must not pass on a direct connection
   * @param database where they run
   */
  DriverSuiteContract(String driver, int tests, String database) {
    this.driver = driver;
    this.tests = tests;
    this.database = database;
  }

  /** What the database must have before, each a statement. */
  abstract String[] fixtures();

  @BeforeAll
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void runDirectly(@TempDir Path outputs) throws IOException {
    directory = outputs;
    Toolchain.need(driver + "-suite", "the tests of " + driver);
    try (PostgresCluster cluster = cluster()) {
      direct = run("direct", cluster.primary().port());
    }
    assertThat(direct.ended("ok")).as("tests that pass directly").hasSizeGreaterThan(tests);
    assertThat(direct.ended("FAIL"))
        .as("tests that fail directly, such as those that are in a hurry")
        .hasSizeLessThanOrEqualTo(HURRIED);
  }

  @ParameterizedTest
  @EnumSource
  void everyTestEndsAsItDoesDirectly(PoolingMode mode) throws IOException {
    try (PostgresCluster cluster = cluster();
        TestNode node =
            TestNode.start(
                configuration -> {
                  mode.into(configuration);
                  configuration.source("url", cluster.primary().jdbcUrl(database));
                  configuration.source("user", USER);
                  configuration.source("password", USER);
                  configuration.user(USER, "password", USER);
                  configuration.node("loops", 2);
                  configuration.vdb("pool.size", CONNECTIONS);
                })) {
      DriverSuiteRun run = run(mode.toString(), node.target().port());
      assertThat(
              ListedDifferences.of("Tests of " + driver)
                  .except(direct.ended("FAIL"))
                  .against(mode, run.differencesFrom(direct)))
          .isEmpty();
    }
  }

  private PostgresCluster cluster() {
    PostgresCluster cluster =
        PostgresCluster.builder()
            .ephemeralPorts()
            .replicas(0)
            .setting("max_prepared_transactions", "10")
            .setting("max_connections", "200")
            .start();
    cluster.primary().execute("CREATE ROLE " + USER + " SUPERUSER LOGIN PASSWORD '" + USER + "'");
    if (!database.equals("postgres")) {
      cluster.primary().execute("CREATE DATABASE " + database + " OWNER " + USER);
    }
    cluster.primary().executeIn(database, fixtures());
    return cluster;
  }

  private DriverSuiteRun run(String name, int port) throws IOException {
    return DriverSuiteRun.of(
        driver,
        Files.createDirectory(directory.resolve(name)),
        Map.of(
            "HD_HOST", "127.0.0.1",
            "HD_PORT", Integer.toString(port),
            "HD_USER", USER,
            "HD_PASSWORD", USER,
            "HD_DATABASE", database));
  }
}
