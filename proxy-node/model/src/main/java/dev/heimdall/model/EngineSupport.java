package dev.heimdall.model;

import java.util.List;
import java.util.Map;

/**
 * What the node can do with servers of an engine.
 *
 * @param greetsFirst whether a client hears what its server is before it says who it is: the node
 *     itself has to log in there to find out
 * @param databaseOfUser whether each user has a database of the same name to begin with
 * @param namesDatabases whether statements name databases, which then cannot have other names for
 *     clients
 * @param hidesPasswords whether clients send theirs so that nobody on the way can read them, also
 *     without TLS
 * @param localFiles whether servers may ask clients for files
 * @param compression whether clients may ask for what is sent to be compressed
 * @param beginsLate whether BEGIN has no effect that is seen before the statement behind it
 * @param methods by which its clients prove who they are; the first one where nothing is written
 * @param forwardsTo engines other than itself that rules may forward its clients' statements to
 * @param unused settings of data sources that mean nothing there
 */
public record EngineSupport(
    boolean greetsFirst,
    boolean databaseOfUser,
    boolean namesDatabases,
    boolean hidesPasswords,
    boolean localFiles,
    boolean compression,
    boolean beginsLate,
    List<AuthMethod> methods,
    List<Engine> forwardsTo,
    List<String> unused) {

  private static final Map<Engine, EngineSupport> TABLE =
      Map.of(
          Engine.POSTGRESQL,
          new EngineSupport(
              false,
              true,
              false,
              false,
              false,
              false,
              false,
              List.of(
                  AuthMethod.SCRAM_SHA_256,
                  AuthMethod.MD5,
                  AuthMethod.PASSWORD,
                  AuthMethod.LDAP,
                  AuthMethod.TRUST,
                  AuthMethod.REJECT,
                  AuthMethod.CERT),
              List.of(Engine.MYSQL),
              List.of()),
          Engine.MYSQL,
          new EngineSupport(
              true,
              false,
              true,
              true,
              true,
              true,
              true,
              List.of(
                  AuthMethod.PASSWORD,
                  AuthMethod.LDAP,
                  AuthMethod.TRUST,
                  AuthMethod.REJECT,
                  AuthMethod.CERT),
              List.of(Engine.POSTGRESQL),
              List.of(
                  "$.tls.certificateFile",
                  "$.tls.keyFile",
                  "$.tls.channelBinding",
                  "$.tls.direct",
                  "$.changes.notify",
                  "$.changes.databases",
                  "$.changes.slot",
                  "$.changes.publication",
                  "$.changes.maxLag")));

  public EngineSupport {
    methods = List.copyOf(methods);
    forwardsTo = List.copyOf(forwardsTo);
    unused = List.copyOf(unused);
  }

  public static EngineSupport of(Engine engine) {
    return TABLE.get(engine);
  }
}
