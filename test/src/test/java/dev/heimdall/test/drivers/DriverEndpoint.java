package dev.heimdall.test.drivers;

import dev.heimdall.test.fixture.NodeKind;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Where the drivers connect to: what HD_HOST, HD_PORT, HD_USER, HD_PASSWORD, HD_DATABASE,
 * HD_SSLMODE and HD_DIRECT_PORT say, as for the drivers in other languages; without HD_HOST a node
 * in front of the shared PostgreSQL, of the kind that the system property {@code kind} names (a
 * {@link NodeKind}, default {@code two_loops}).
 */
final class DriverEndpoint implements AutoCloseable {
  /**
   * Enough for behaviours of several drivers that pin a handful of server connections, far fewer
   * than clients.
   */
  private static final int POOL_SIZE = 24;

  /** Without multiplexing, one for each of the clients that come at once. */
  private static final int SESSION_POOL_SIZE = 150;

  private final Map<String, String> environment;
  private final AutoCloseable whatItStandsOn;

  private DriverEndpoint(Map<String, String> environment, AutoCloseable whatItStandsOn) {
    this.environment = environment;
    this.whatItStandsOn = whatItStandsOn;
  }

  static DriverEndpoint open() {
    Map<String, String> given = new TreeMap<>();
    System.getenv()
        .forEach(
            (name, value) -> {
              if (name.startsWith("HD_")) {
                given.put(name, value);
              }
            });
    return given.containsKey("HD_HOST") ? new DriverEndpoint(given, () -> {}) : started();
  }

  private static DriverEndpoint started() {
    NodeKind kind =
        NodeKind.valueOf(System.getProperty("kind", "two_loops").toUpperCase(Locale.ROOT));
    TestNode node =
        TestNode.start(
            configuration -> {
              kind.into(configuration);
              configuration.vdb(
                  "pool.size", kind == NodeKind.SESSION ? SESSION_POOL_SIZE : POOL_SIZE);
            });
    Target target = node.target();
    Map<String, String> environment = new TreeMap<>();
    environment.put("HD_HOST", target.host());
    environment.put("HD_PORT", Integer.toString(target.port()));
    environment.put("HD_USER", target.user());
    environment.put("HD_PASSWORD", target.password());
    environment.put("HD_DATABASE", target.database());
    environment.put("HD_SSLMODE", target.tls() ? "require" : "disable");
    environment.put("HD_POOLED", "true");
    environment.put("HD_DIRECT_PORT", Integer.toString(SharedPostgres.primary().port()));
    return new DriverEndpoint(environment, node);
  }

  /** The variables that the drivers in other languages read. */
  Map<String, String> environment() {
    return environment;
  }

  String user() {
    return environment.get("HD_USER");
  }

  boolean tls() {
    return !sslMode().equals("disable") && !sslMode().equals("prefer");
  }

  private String sslMode() {
    return environment.getOrDefault("HD_SSLMODE", "disable");
  }

  /**
   * A connection to the endpoint under test.
   *
   * @param properties names and values in turn, of pgjdbc; and {@code database}
   */
  Connection connect(String... properties) throws SQLException {
    return connect(environment.get("HD_PORT"), sslMode(), properties);
  }

  /** A connection to the database itself. */
  Connection connectDirectly(String... properties) throws SQLException {
    String port = environment.getOrDefault("HD_DIRECT_PORT", environment.get("HD_PORT"));
    return connect(port, "prefer", properties);
  }

  private Connection connect(String port, String sslMode, String... properties)
      throws SQLException {
    Properties all = new Properties();
    all.setProperty("user", user());
    all.setProperty("password", environment.get("HD_PASSWORD"));
    all.setProperty("sslmode", sslMode);
    all.setProperty("connectTimeout", "20");
    all.setProperty("loginTimeout", "20");
    String database = environment.get("HD_DATABASE");
    for (int i = 0; i < properties.length; i += 2) {
      if (properties[i].equals("database")) {
        database = properties[i + 1];
      } else {
        all.setProperty(properties[i], properties[i + 1]);
      }
    }
    String url = "jdbc:postgresql://%s:%s/%s";
    return DriverManager.getConnection(
        url.formatted(environment.get("HD_HOST"), port, database), all);
  }

  @Override
  public void close() throws Exception {
    whatItStandsOn.close();
  }
}
