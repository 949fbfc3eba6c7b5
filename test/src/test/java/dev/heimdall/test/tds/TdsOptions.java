package dev.heimdall.test.tds;

import java.util.Map;
import java.util.Set;

/**
 * How a server begins.
 *
 * @param encryption its answer to PRELOGIN; strict clients (TDS 8) are served whatever it is
 * @param users passwords by name
 * @param databases besides master and tempdb
 * @param highestVersion of TDS, as LOGIN7 has it: 0x74000004 is 7.4
 * @param recovery if session recovery is agreed with clients that ask for it
 * @param resetKeepsIsolation as SQL Server before 2014: a reset leaves the isolation level
 * @param resetKeepsContext if a reset leaves CONTEXT_INFO
 * @param routeTo host:port that log-ins are sent to, or null
 * @param routesReadersAlone if only those for reading are
 */
public record TdsOptions(
    TdsEncryption encryption,
    Map<String, String> users,
    Set<String> databases,
    int highestVersion,
    boolean recovery,
    boolean resetKeepsIsolation,
    boolean resetKeepsContext,
    String routeTo,
    boolean routesReadersAlone) {
  public static final String USER = "sa";
  public static final String PASSWORD = "Sa#12345";

  public static final int TDS_71 = 0x71000001;
  public static final int TDS_72 = 0x72090002;
  public static final int TDS_73 = 0x730B0003;
  public static final int TDS_74 = 0x74000004;
  public static final int TDS_80 = 0x08000000;

  /** Copies what could change. */
  public TdsOptions {
    users = Map.copyOf(users);
    databases = Set.copyOf(databases);
  }

  /** {@link #USER} alone, database {@code app}, encryption as clients ask for it. */
  public static TdsOptions standard() {
    return new TdsOptions(
        TdsEncryption.OFF,
        Map.of(USER, PASSWORD),
        Set.of("app"),
        TDS_74,
        true,
        false,
        false,
        null,
        false);
  }

  /** The same with another answer to PRELOGIN. */
  public TdsOptions with(TdsEncryption other) {
    return new TdsOptions(
        other,
        users,
        databases,
        highestVersion,
        recovery,
        resetKeepsIsolation,
        resetKeepsContext,
        routeTo,
        routesReadersAlone);
  }

  /** The same with these users, and no other. */
  public TdsOptions withUsers(Map<String, String> others) {
    return new TdsOptions(
        encryption,
        others,
        databases,
        highestVersion,
        recovery,
        resetKeepsIsolation,
        resetKeepsContext,
        routeTo,
        routesReadersAlone);
  }

  /** The same with these databases besides master and tempdb. */
  public TdsOptions withDatabases(String... others) {
    return new TdsOptions(
        encryption,
        users,
        Set.of(others),
        highestVersion,
        recovery,
        resetKeepsIsolation,
        resetKeepsContext,
        routeTo,
        routesReadersAlone);
  }

  /** The same that speaks no newer version. */
  public TdsOptions atMost(int version) {
    return new TdsOptions(
        encryption,
        users,
        databases,
        version,
        recovery,
        resetKeepsIsolation,
        resetKeepsContext,
        routeTo,
        routesReadersAlone);
  }

  /** The same that declines session recovery. */
  public TdsOptions withoutRecovery() {
    return new TdsOptions(
        encryption,
        users,
        databases,
        highestVersion,
        false,
        resetKeepsIsolation,
        resetKeepsContext,
        routeTo,
        routesReadersAlone);
  }

  /** The same whose resets leave what some versions of SQL Server leave. */
  public TdsOptions resetsKeep(boolean isolation, boolean context) {
    return new TdsOptions(
        encryption,
        users,
        databases,
        highestVersion,
        recovery,
        isolation,
        context,
        routeTo,
        routesReadersAlone);
  }

  /** The same that sends each client elsewhere. */
  public TdsOptions routedTo(String hostAndPort) {
    return routedTo(hostAndPort, false);
  }

  /** The same that sends clients elsewhere, all or those that only read. */
  public TdsOptions routedTo(String hostAndPort, boolean readersAlone) {
    return new TdsOptions(
        encryption,
        users,
        databases,
        highestVersion,
        recovery,
        resetKeepsIsolation,
        resetKeepsContext,
        hostAndPort,
        readersAlone);
  }

  @Override
  public String toString() {
    return "TdsOptions[" + encryption + ", databases " + databases + "]";
  }
}
