package dev.heimdall.test.drivers;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Drivers in languages other than Java. Each has a program in {@code test/drivers} that prints a
 * line for each behaviour, {@code ok NAME} or {@code FAIL NAME: reason}; each line is a test here.
 * A driver whose toolchain is missing and cannot be installed is skipped; not so with CI=true. They
 * run side by side, as the clients of one node do.
 */
@ExtendWith(DriverEndpointExtension.class)
@Tag("ci")
class DriverMatrixIT {
  private static final List<String> DRIVERS =
      List.of("psql", "psycopg", "asyncpg", "pgx", "node-postgres");

  @TestFactory
  Stream<DynamicContainer> drivers(DriverEndpoint endpoint) {
    return wished(DRIVERS.stream(), endpoint);
  }

  /** Its compiler is fetched and builds a hundred crates before the first behaviour. */
  @Tag("long")
  @TestFactory
  Stream<DynamicContainer> driversThatTakeMinutesToBuild(DriverEndpoint endpoint) {
    // Built without TLS.
    return wished(endpoint.tls() ? Stream.empty() : Stream.of("tokio-postgres"), endpoint);
  }

  private static Stream<DynamicContainer> wished(Stream<String> drivers, DriverEndpoint endpoint) {
    String only = System.getProperty("driver", "");
    // As a list: the first one's behaviours are awaited when all have started.
    return drivers
        .filter(driver -> only.isEmpty() || only.equals(driver))
        .map(
            driver ->
                DynamicContainer.dynamicContainer(
                    driver, DriverProgram.behaviours(driver, endpoint.environment())))
        .toList()
        .stream();
  }
}
