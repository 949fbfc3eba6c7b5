package dev.heimdall.test.drivers;

import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.NodeKind;
import dev.heimdall.test.fixture.TestCertificate;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Where the drivers of MySQL's protocol connect to: a node in front of each server, of the kind
 * that the system property {@code kind} names (a {@link NodeKind}, default {@code two_loops}); with
 * {@code direct} the server itself, which the behaviours are of. They live as long as all tests.
 */
final class MysqlEndpoints implements AutoCloseable {
  /**
   * Enough for behaviours of several drivers that pin a handful of server connections, far fewer
   * than clients.
   */
  private static final int POOL_SIZE = 24;

  /** Without multiplexing, one for each of the clients that come at once. */
  private static final int SESSION_POOL_SIZE = 150;

  private final String kind = System.getProperty("kind", "two_loops");
  private final Map<MysqlRelease, MysqlNode> nodes = new HashMap<>();

  /** Gives tests the endpoints of the run. */
  static final class Extension implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == MysqlEndpoints.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(ExtensionContext.Namespace.create(MysqlEndpoints.class))
          .computeIfAbsent(
              MysqlEndpoints.class, type -> new MysqlEndpoints(), MysqlEndpoints.class);
    }
  }

  boolean direct() {
    return kind.equals("direct");
  }

  boolean tls() {
    return kind.equals("tls");
  }

  MysqlTarget of(MysqlRelease release) {
    MysqlServer server = release.shared().primary();
    return direct()
        ? MysqlTarget.of(server)
        : nodes.computeIfAbsent(release, this::started).target();
  }

  /** The variables that the drivers in other languages read. */
  Map<String, String> environment(MysqlRelease release) {
    MysqlTarget target = of(release);
    Map<String, String> environment = new TreeMap<>();
    environment.put("HD_HOST", target.host());
    environment.put("HD_PORT", Integer.toString(target.port()));
    environment.put("HD_USER", target.user());
    environment.put("HD_PASSWORD", target.password());
    environment.put("HD_DATABASE", target.database());
    environment.put("HD_SSLMODE", target.tls() ? "require" : "disable");
    environment.put("HD_DIRECT_PORT", Integer.toString(release.shared().primary().port()));
    return environment;
  }

  private MysqlNode started(MysqlRelease release) {
    NodeKind node = NodeKind.valueOf(kind.toUpperCase(Locale.ROOT));
    return MysqlNode.start(
        release,
        configuration -> {
          if (!tls()) {
            configuration.clientTls("allow", TestCertificate.localhost());
          }
          node.into(configuration);
          configuration.vdb("pool.size", node == NodeKind.SESSION ? SESSION_POOL_SIZE : POOL_SIZE);
        });
  }

  @Override
  public void close() {
    nodes.values().forEach(MysqlNode::close);
  }
}
