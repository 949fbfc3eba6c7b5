package dev.heimdall.engine.boot;

import dev.heimdall.test.fixture.StartedNode;
import dev.heimdall.test.fixture.TestCertificate;
import dev.heimdall.test.tds.TdsTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Stream;

/** A node in front of SQL Server, started from a configuration as any other. */
public final class SqlServerNode implements AutoCloseable {
  /** TLS towards clients. */
  private static final String CERTIFIED =
      "{\"mode\": \"allow\", \"certificateFile\": \"node.pem\", \"keyFile\": \"node.key\"}";

  private static final String TRUSTING =
      ", \"auth\": [{\"type\": \"hostssl\", \"method\": \"password\"},"
          + " {\"type\": \"hostnossl\", \"method\": \"trust\"}]";

  private static final String CACHED =
      "{\"match\": \"(?i)^\\\\s*(select|with)\", \"action\": \"cache\"}";

  private final Path directory;
  private final StartedNode node;

  private SqlServerNode(Path directory, StartedNode node) {
    this.directory = directory;
    this.node = node;
  }

  /**
   * Starts one with a single server connection. Its client is {@code app}, with that password.
   *
   * @param vdb further settings of the virtual database in JSON, each behind a comma
   * @param rules in JSON
   */
  public static SqlServerNode start(
      int server, String user, String password, String vdb, String rules) {
    return start(local(server), user, password, "\"mode\": \"disable\"", 1, vdb, rules, false);
  }

  /** The same in front of the server of tests. */
  public static SqlServerNode start(TdsTarget server, String vdb, String rules) {
    return start(server, "disable", vdb, rules, false);
  }

  /** The same that reads what its databases define, over a connection of its own. */
  public static SqlServerNode reading(TdsTarget server, String rules) {
    return start(server, "disable", "", rules, true);
  }

  /** The same, where who comes without TLS needs no password. */
  public static SqlServerNode trusting(TdsTarget server, String rules) {
    return start(server, "disable", TRUSTING, rules, true);
  }

  /** The same that has its server connections encrypted, too. */
  public static SqlServerNode encrypted(TdsTarget server) {
    return start(server, "require", "", "", false);
  }

  private static SqlServerNode start(
      TdsTarget server, String tls, String vdb, String rules, boolean reads) {
    return start(
        server.address(),
        server.user(),
        server.password(),
        "\"mode\": \"" + tls + "\"",
        1,
        vdb,
        rules,
        reads);
  }

  private static String local(int port) {
    return "127.0.0.1:" + port;
  }

  /** The same with one that reads what its databases define, over a connection of its own. */
  public static SqlServerNode reading(int server, String user, String password, String rules) {
    return start(local(server), user, password, "\"mode\": \"disable\"", 1, "", rules, true);
  }

  /**
   * Starts one with a few server connections, for clients that need several at a time; who comes
   * without TLS needs no password.
   *
   * @param vdb further settings of the virtual database in JSON, each behind a comma
   */
  public static SqlServerNode pooled(
      int server, String user, String password, int connections, String vdb) {
    return pooled(local(server), user, password, connections, vdb);
  }

  /** The same in front of the server of tests. */
  public static SqlServerNode pooled(TdsTarget server, int connections, String vdb) {
    return pooled(server.address(), server.user(), server.password(), connections, vdb);
  }

  private static SqlServerNode pooled(
      String server, String user, String password, int connections, String vdb) {
    return start(
        server, user, password, "\"mode\": \"disable\"", connections, TRUSTING + vdb, "", false);
  }

  /** Starts one whose server connections begin with TLS (TDS 8.0). */
  public static SqlServerNode strict(int server, String user, String password) {
    String tls = "\"mode\": \"require\", \"direct\": true";
    return start(local(server), user, password, tls, 1, "", "", false);
  }

  /** Starts one with a single connection to a data source, which is JSON. */
  public static SqlServerNode of(String source) {
    return start(source, 1, "", "");
  }

  /**
   * Starts one that keeps results for what begins with SELECT, whose server is the only one of a
   * cluster.
   *
   * @param vdb further settings of the virtual database in JSON, each behind a comma
   * @param rules ahead of the one that has everything cached, each with a comma behind it
   */
  public static SqlServerNode caching(TdsTarget server, String vdb, String rules) {
    return start(
        clustered(server.address(), "app", server.user(), server.password()),
        4,
        withCache(vdb),
        rules + CACHED,
        CERTIFIED,
        "",
        StartedNode::ofThis);
  }

  /**
   * The same in front of the server of tests.
   *
   * @param starts makes the node of the configuration in a directory
   */
  public static SqlServerNode caching(
      TdsTarget server, String database, String vdb, Function<Path, StartedNode> starts) {
    return start(
        clustered(server.address(), database, server.user(), server.password()),
        4,
        withCache(vdb),
        CACHED,
        CERTIFIED,
        "",
        starts);
  }

  /**
   * A node of a fleet with a store between its nodes.
   *
   * @param server host:port, by which it reaches the server of tests
   * @param store host:port
   * @param level of {@code cluster.consistency}
   */
  public record Member(int id, String server, String store, String level) {}

  /** One that keeps results as a node of a fleet. */
  public static SqlServerNode caching(
      TdsTarget server,
      String vdb,
      String rules,
      Member member,
      Function<Path, StartedNode> starts) {
    String source = clustered(member.server(), "app", server.user(), server.password());
    String level =
        ", \"consistency\": \"%s\", \"probe\": {\"positionInterval\": \"20ms\"}}}"
            .formatted(member.level());
    return start(
        source.substring(0, source.length() - 2) + level,
        8,
        withCache(vdb),
        rules + CACHED,
        CERTIFIED,
        ", \"id\": %d, \"store\": {\"servers\": [\"%s\"]}, \"farCache\": {\"timeout\": \"5s\"}"
            .formatted(member.id(), member.store()),
        starts);
  }

  /** One that keeps results and polls the change tracking of its database, every 50 ms. */
  public static SqlServerNode hearing(TdsTarget server, String vdb) {
    String source = clustered(server.address(), "app", server.user(), server.password());
    String heard =
        ", \"probe\": {\"positionInterval\": \"50ms\"}}, \"changes\": {\"stream\": true}}";
    return start(
        source.substring(0, source.length() - 2) + heard,
        4,
        withCache(vdb),
        CACHED,
        CERTIFIED,
        "",
        StartedNode::ofThis);
  }

  private static String withCache(String vdb) {
    return vdb.contains("\"cache\"") ? vdb : ", \"cache\": {\"enabled\": true}" + vdb;
  }

  private static String clustered(String server, String database, String user, String password) {
    return ("{\"engine\": \"sqlserver\", \"url\":"
            + " \"jdbc:sqlserver://%s;databaseName=%s\", \"user\": \"%s\","
            + " \"password\": \"%s\", \"tls\": {\"mode\": \"disable\"},"
            + " \"cluster\": {\"kind\": \"sqlserver\"}}")
        .formatted(server, database, user, password);
  }

  private static SqlServerNode start(
      String server,
      String user,
      String password,
      String tls,
      int connections,
      String vdb,
      String rules,
      boolean reads) {
    return start(
        ("{\"engine\": \"sqlserver\", \"url\":"
                + " \"jdbc:sqlserver://%s;databaseName=app\", \"user\": \"%s\","
                + " \"password\": \"%s\", \"tls\": {%s}, \"catalog\": {\"enabled\": %s}}")
            .formatted(server, user, password, tls, reads),
        connections,
        vdb,
        rules);
  }

  /**
   * Starts one with a single connection to a data source, which is JSON.
   *
   * @param tls towards clients, in JSON
   */
  public static SqlServerNode withTls(String source, String tls) {
    return start(source, 1, "", "", tls, "", StartedNode::ofThis);
  }

  private static SqlServerNode start(String source, int connections, String vdb, String rules) {
    return start(source, connections, vdb, rules, CERTIFIED, "", StartedNode::ofThis);
  }

  private static SqlServerNode start(
      String source,
      int connections,
      String vdb,
      String rules,
      String tls,
      String more,
      Function<Path, StartedNode> starts) {
    try {
      Path directory = Files.createTempDirectory("sqlserver-node");
      if (tls.contains("certificateFile")) {
        TestCertificate certificate = TestCertificate.localhost();
        write(directory, "node.pem", certificate.certificate());
        write(directory, "node.key", certificate.key());
      }
      write(
          directory,
          "node.json",
          "{\"http\": {\"enabled\": false}, \"loops\": 1, \"drainTimeout\": \"2s\"" + more + "}");
      write(directory, "sources/main.json", source);
      write(
          directory,
          "vdbs/app.json",
          ("{\"source\": \"main\", \"ports\": [0], \"address\": \"127.0.0.1\","
                  + " \"tls\": %s, \"pool\": {\"size\": %d}, \"rules\": [\"all\"]%s}")
              .formatted(tls, connections, vdb));
      write(directory, "rules/all.json", "{\"rules\": [%s]}".formatted(rules));
      write(directory, "users/app.json", "{\"password\": \"app\", \"admin\": true}");
      return new SqlServerNode(directory, starts.apply(directory));
    } catch (Exception e) {
      throw new IllegalStateException("the node does not start: " + e.getMessage(), e);
    }
  }

  private static void write(Path directory, String name, String content) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  /** A connection of mssql-jdbc by way of another port, such as a relay's. */
  public static Connection jdbc(int port, String properties) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:sqlserver://127.0.0.1:" + port + ";databaseName=app" + TdsTarget.WAITS + properties,
        "app",
        "app");
  }

  /** Where its clients connect to. */
  public int port() {
    return node.port("app");
  }

  /** A connection of mssql-jdbc; properties such as {@code ;encrypt=false} behind its URL. */
  public Connection jdbc(String properties) throws SQLException {
    Properties login = new Properties();
    login.put("user", "app");
    if (!properties.contains("password=")) {
      login.put("password", "app");
    }
    return DriverManager.getConnection(
        "jdbc:sqlserver://127.0.0.1:"
            + node.port("app")
            + ";databaseName=app"
            + TdsTarget.WAITS
            + properties,
        login);
  }

  /** A connection of mssql-jdbc to the admin database. */
  public Connection console() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:sqlserver://127.0.0.1:"
            + node.port("app")
            + ";databaseName=heimdall;encrypt=false;user=app;password=app");
  }

  /** A connection of jTDS to the admin database. */
  public Connection jtdsConsole() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:jtds:sqlserver://127.0.0.1:" + node.port("app") + "/heimdall;ssl=require",
        "app",
        "app");
  }

  /** A connection of jTDS, which speaks TDS 7.1. */
  public Connection jtds() throws SQLException {
    return jtds("");
  }

  /** The same with properties such as {@code ;domain=d} behind its URL. */
  public Connection jtds(String properties) throws SQLException {
    Properties login = new Properties();
    login.put("user", "app");
    login.put("password", "app");
    return DriverManager.getConnection(
        "jdbc:jtds:sqlserver://127.0.0.1:" + node.port("app") + "/app;ssl=require" + properties,
        login);
  }

  @Override
  public void close() {
    node.close();
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot delete " + directory, e);
    }
  }
}
