package dev.heimdall.test.drivers;

import dev.heimdall.test.fixture.MysqlRelease;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * As {@link DriverMatrixIT} for MariaDB and MySQL: each driver with one of them, and with the other
 * in the long tests. They run side by side, as the clients of one node do.
 */
@ExtendWith(MysqlEndpoints.Extension.class)
@Tag("ci")
class MysqlDriversIT {
  @TestFactory
  Stream<DynamicContainer> drivers(MysqlEndpoints endpoints) {
    return Stream.concat(
        programs(MysqlRelease.MARIADB, List.of("mariadb", "pymysql", "mysql2"), endpoints),
        programs(
            MysqlRelease.MYSQL,
            List.of("mysql", "go-sql-driver", "mysql-connector-python"),
            endpoints));
  }

  @Tag("long")
  @TestFactory
  Stream<DynamicContainer> driversWithTheOtherServer(MysqlEndpoints endpoints) {
    // MySQL's own command line knows no method that MariaDB has by default: the node has.
    List<String> withMariaDb =
        endpoints.direct()
            ? List.of("go-sql-driver", "mysql-connector-python")
            : List.of("mysql", "go-sql-driver", "mysql-connector-python");
    return Stream.concat(
        programs(MysqlRelease.MARIADB, withMariaDb, endpoints),
        programs(MysqlRelease.MYSQL, List.of("mariadb", "pymysql", "mysql2"), endpoints));
  }

  /** Its compiler is fetched and builds a hundred crates before the first behaviour. */
  @Tag("long")
  @TestFactory
  Stream<DynamicContainer> driversThatTakeMinutesToBuild(MysqlEndpoints endpoints) {
    // Built without TLS.
    List<String> drivers = endpoints.tls() ? List.of() : List.of("sqlx");
    return Stream.of(MysqlRelease.MARIADB, MysqlRelease.MYSQL)
        .flatMap(release -> programs(release, drivers, endpoints));
  }

  private static Stream<DynamicContainer> programs(
      MysqlRelease release, List<String> drivers, MysqlEndpoints endpoints) {
    String only = System.getProperty("driver", "");
    // As a list: the first one's behaviours are awaited when all have started.
    return drivers.stream()
        .filter(driver -> only.isEmpty() || only.equals(driver))
        .map(
            driver ->
                DynamicContainer.dynamicContainer(
                    driver + " with " + release,
                    DriverProgram.behaviours(driver, endpoints.environment(release))))
        .toList()
        .stream();
  }
}
