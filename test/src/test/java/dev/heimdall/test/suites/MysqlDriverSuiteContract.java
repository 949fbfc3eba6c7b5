package dev.heimdall.test.suites;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.TestCertificate;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** As {@link DriverSuiteContract} for drivers of MySQL's protocol, with MariaDB and MySQL. */
@Tag("long")
@Timeout(value = 60, unit = TimeUnit.MINUTES)
abstract class MysqlDriverSuiteContract {
  /** More than the tests of any of the drivers have at once. */
  private static final int CONNECTIONS = 60;

  private static final String USER = "suite";

  private final String driver;
  private final int tests;
  private final int failing;
  private final List<String> databases;

  /**
   * @param driver the folder below {@code test/drivers}
   * @param tests fewer must not pass on a direct connection
   * @param failing more must not fail on a direct connection; of those nothing is said
   * @param databases where they run, the first one to begin with
   */
  MysqlDriverSuiteContract(String driver, int tests, int failing, String... databases) {
    this.driver = driver;
    this.tests = tests;
    this.failing = failing;
    this.databases = List.of(databases);
  }

  @MariadbAndMysql
  void everyTestEndsAsItDoesDirectly(MysqlRelease release, @TempDir Path outputs)
      throws IOException {
    Toolchain.need(driver + "-suite", "the tests of " + driver);
    String server = release == MysqlRelease.MYSQL ? "MySQL" : "MariaDB";
    DriverSuiteRun direct;
    try (MysqlCluster cluster = cluster(release)) {
      direct = run(outputs.resolve("direct"), cluster.primary().port());
    }
    assertThat(direct.ended("ok")).as("tests that pass directly").hasSizeGreaterThan(tests);
    assertThat(direct.ended("FAIL"))
        .as("tests that fail directly")
        .hasSizeLessThanOrEqualTo(failing);
    for (PoolingMode mode : PoolingMode.values()) {
      try (MysqlCluster cluster = cluster(release);
          MysqlNode node =
              MysqlNode.start(
                  cluster,
                  configuration -> {
                    mode.into(configuration);
                    configuration
                        .clientTls("allow", TestCertificate.localhost())
                        .source("user", USER)
                        .source("password", USER)
                        .user(USER, "password", USER)
                        .node("loops", 2)
                        .vdb("clients.localInfile", true)
                        .vdb("pool.size", CONNECTIONS);
                  })) {
        DriverSuiteRun run = run(outputs.resolve(mode.toString()), node.target().port());
        assertThat(
                ListedDifferences.of("Tests of " + driver + " with " + server)
                    .except(direct.ended("FAIL"))
                    .against(mode, run.differencesFrom(direct)))
            .isEmpty();
      }
    }
  }

  private MysqlCluster cluster(MysqlRelease release) {
    MysqlCluster cluster = release.cluster().option("local-infile", "1").start();
    for (String database : databases) {
      cluster.primary().execute("CREATE DATABASE IF NOT EXISTS " + database);
    }
    cluster
        .primary()
        .execute(
            "CREATE USER " + USER + "@'%' IDENTIFIED BY '" + USER + "'",
            "GRANT ALL ON *.* TO " + USER + "@'%' WITH GRANT OPTION");
    return cluster;
  }

  private DriverSuiteRun run(Path directory, int port) throws IOException {
    return DriverSuiteRun.of(
        driver,
        Files.createDirectory(directory),
        Map.of(
            "HD_HOST",
            "127.0.0.1",
            "HD_PORT",
            Integer.toString(port),
            "HD_USER",
            USER,
            "HD_PASSWORD",
            USER,
            "HD_DATABASE",
            databases.get(0)));
  }
}
