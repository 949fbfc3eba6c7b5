package dev.heimdall.launcher.moving;

/** One of ProxySQL's two families of tables: their names begin with the engine's. */
enum ProxySqlEngine {
  MYSQL("mysql", 3306, "0.0.0.0:6033", "password"),
  POSTGRESQL("pgsql", 5432, "0.0.0.0:6133", "scram-sha-256");

  private final String prefix;
  private final int serverPort;
  private final String interfaces;
  private final String method;

  /**
   * @param interfaces where ProxySQL listens by default
   * @param method of log-ins that stands for ProxySQL's own by default
   */
  ProxySqlEngine(String prefix, int serverPort, String interfaces, String method) {
    this.prefix = prefix;
    this.serverPort = serverPort;
    this.interfaces = interfaces;
    this.method = method;
  }

  /** The name of a table or a group of variables. */
  String table(String name) {
    return prefix + "_" + name;
  }

  int serverPort() {
    return serverPort;
  }

  String interfaces() {
    return interfaces;
  }

  String method() {
    return method;
  }

  /** The kind of a cluster that is a primary with its replicas. */
  String clusterKind() {
    return this == MYSQL ? "mysql" : "postgres";
  }

  /** Beginning of the URL of a data source. */
  String scheme() {
    return this == MYSQL ? "mysql" : "postgresql";
  }

  /** The name of a hostgroup's documents. */
  String document(int hostgroup) {
    return (this == MYSQL ? "" : prefix + "-") + "hostgroup-" + hostgroup;
  }
}
