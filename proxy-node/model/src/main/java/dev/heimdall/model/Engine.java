package dev.heimdall.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The protocol that a data source's servers speak, and its virtual databases to their clients: what
 * is known of it beside its dialect. Another one needs a description here, and a dialect. Callers
 * ask for its facts, never which one it is.
 *
 * @param spelling as documents have it; {@code jdbc:} and this is how URLs of its servers begin
 * @param products what people call it
 * @param schemes the words after {@code jdbc:} that such URLs may have, {@code spelling} first
 * @param port of its servers, where no other one is named
 * @param portOfNodes that the wizard suggests
 * @param tlsProtocols names of its protocol in TLS (ALPN); none where it has no name there
 * @param firstDatabase that all servers have; empty where log-ins need none
 * @param passwordVariable of the environment, which its own programs have passwords in
 * @param rdsNames what RDS calls it
 * @param formerRdsNames what RDS called it once
 * @param inAws where in AWS it is, as the wizard says it
 * @param kinds what its clusters may be
 * @param replicated which of these is a primary with its replicas, without AWS
 * @param methods by which its clients prove who they are; the first one where nothing is written
 * @param traits what else it is like
 * @param unused settings of data sources that mean nothing there
 * @param settings that say what parameters of its JDBC drivers say, by lower-case parameter
 * @param examples how to connect to a node, driver by driver
 */
public record Engine(
    String spelling,
    List<String> products,
    List<String> schemes,
    int port,
    int portOfNodes,
    List<String> tlsProtocols,
    Optional<String> firstDatabase,
    String passwordVariable,
    List<String> rdsNames,
    List<String> formerRdsNames,
    String inAws,
    Set<ClusterKind> kinds,
    ClusterKind replicated,
    List<AuthMethod> methods,
    Set<EngineTrait> traits,
    List<String> unused,
    Map<String, String> settings,
    List<Example> examples)
    implements Spelled {
  public static final Engine POSTGRESQL = PostgresqlEngine.described();

  /** MySQL and MariaDB. */
  public static final Engine MYSQL = MysqlEngine.described();

  public static final Engine SQLSERVER = SqlServerEngine.described();

  /** The property that names the database in URLs, where properties do. */
  static final String DATABASE_PROPERTY = ";databaseName=";

  private static final List<Engine> ALL = List.of(POSTGRESQL, MYSQL, SQLSERVER);

  /** The engines that a cluster of RDS may have, in RDS's words. */
  public static final String OF_RDS =
      ALL.stream()
          .filter(engine -> engine.kinds.contains(ClusterKind.RDS))
          .flatMap(engine -> engine.rdsNames.stream())
          .collect(Collectors.joining(", "));

  /** Product names of all engines, for people. */
  public static final String PRODUCTS = products(ALL.stream());

  /**
   * Text to write for a driver.
   *
   * @param text a format of host, port, user, password and database
   */
  public record Example(String driver, String text) {}

  public static List<Engine> all() {
    return ALL;
  }

  /** Product names of engines, for people. */
  static String products(Stream<Engine> engines) {
    return engines
        .flatMap(engine -> engine.products.stream())
        .collect(Collectors.joining(", "))
        .replaceFirst(", (?=[^,]*$)", " and ");
  }

  /** The one that is meant where nothing says which. */
  public static Engine usual() {
    return ALL.get(0);
  }

  /** The one that is spelled so. */
  public static Optional<Engine> spelled(String word) {
    return ALL.stream().filter(engine -> engine.spelling.equals(word)).findFirst();
  }

  /** Returns the engine that RDS calls by this name; empty for engines that nodes do not serve. */
  public static Optional<Engine> ofRds(String name) {
    return ALL.stream()
        .filter(engine -> engine.rdsNames.contains(name) || engine.formerRdsNames.contains(name))
        .findFirst();
  }

  /** Returns the engine that a JDBC URL leads to. */
  public static Optional<Engine> ofUrl(String url) {
    return ALL.stream()
        .filter(
            engine -> engine.schemes.stream().anyMatch(s -> url.startsWith("jdbc:" + s + "://")))
        .findFirst();
  }

  /** Prefixes of servers' JDBC URLs, as a regular expression. */
  public static String beginnings() {
    return ALL.stream()
        .flatMap(engine -> engine.schemes.stream())
        .collect(Collectors.joining("|", "jdbc:(", ")://"));
  }

  @Override
  public String name() {
    return String.join(" or ", products);
  }

  public boolean is(EngineTrait trait) {
    return traits.contains(trait);
  }

  /**
   * URL of its servers.
   *
   * @param hosts with their ports, separated by commas
   * @param database empty for none
   */
  public String url(String hosts, String database) {
    boolean path = !is(EngineTrait.PROPERTIES_IN_URLS);
    return plainUrl(hosts, path ? database.replace("%", "%25").replace(" ", "%20") : database);
  }

  /** As {@link #url}, with a database as it stands in URLs. */
  String plainUrl(String hosts, String database) {
    String named = database.isEmpty() ? "" : beforeDatabase() + database;
    return "jdbc:" + spelling + "://" + hosts + named;
  }

  /** Separator of hosts and database in URLs. */
  String beforeDatabase() {
    return is(EngineTrait.PROPERTIES_IN_URLS) ? DATABASE_PROPERTY : "/";
  }

  /**
   * True if clients, as they log in where nothing is written, need TLS for their passwords: then
   * nodes have a certificate.
   */
  public boolean needsCertificate() {
    return methods.get(0) == AuthMethod.PASSWORD && !is(EngineTrait.HIDES_PASSWORDS);
  }

  /** There is one description of each. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Engine engine && spelling.equals(engine.spelling);
  }

  @Override
  public int hashCode() {
    return spelling.hashCode();
  }

  @Override
  public String toString() {
    return spelling;
  }
}
