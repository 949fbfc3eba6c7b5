package dev.heimdall.launcher.demo;

import java.util.function.Consumer;

/** Servers that a demo has, and the names of what belongs to them. */
public enum DemoEngine {
  POSTGRESQL("PostgreSQL", "config") {
    @Override
    DemoServers start(DemoPorts ports, Consumer<String> progress) {
      return PostgresServers.start(ports, progress);
    }
  },

  /** On MariaDB. */
  MYSQL("MariaDB", "config-mysql") {
    @Override
    DemoServers start(DemoPorts ports, Consumer<String> progress) {
      return MariaDbServers.start(ports, progress);
    }
  };

  private final String product;
  private final String configuration;

  DemoEngine(String product, String configuration) {
    this.product = product;
    this.configuration = configuration;
  }

  /** Common name of the servers. */
  String product() {
    return product;
  }

  /** The folder of its sample configuration among the resources. */
  String configuration() {
    return configuration;
  }

  /**
   * Starts a primary with two replicas.
   *
   * @param progress is told of steps that take more than a moment
   */
  abstract DemoServers start(DemoPorts ports, Consumer<String> progress);
}
