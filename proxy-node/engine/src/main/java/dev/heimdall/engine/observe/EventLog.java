package dev.heimdall.engine.observe;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Events on clients, servers and configuration, for people who read logs. The methods take names,
 * numbers and reasons; SQL text, parameters and secrets have no place in them. All may be called on
 * any thread, an event loop's included.
 */
public interface EventLog {
  /** A client finished its log-in. */
  void clientConnected(
      long clientId,
      SocketAddress address,
      String vdb,
      String database,
      String user,
      String applicationName,
      boolean tls);

  /**
   * A client that had logged in is gone.
   *
   * @param orderly whether it said goodbye; logged with the everyday events then, else with those
   *     that deserve a look
   * @param reason in words, such as "client closed", "idle timeout", "killed by admin"
   */
  void clientClosed(
      long clientId,
      String vdb,
      String user,
      boolean orderly,
      String reason,
      Duration connected,
      long queries);

  /**
   * A client did not get in; repeated refusals from one address are summed up.
   *
   * @param detail one sentence for the operator, which may say more than the client was told
   */
  void loginRefused(
      String vdb,
      SocketAddress address,
      String database,
      String user,
      Refusal reason,
      String detail);

  /** A server connection was opened and logged in. */
  void serverConnected(
      long serverId, String vdb, String database, String user, SocketAddress address, int pid);

  /**
   * A server connection ended.
   *
   * @param orderly whether the node wanted it, such as at the end of its lifetime
   */
  void serverClosed(long serverId, String vdb, boolean orderly, String reason, Duration connected);

  /** A server connection could not be opened; repeated failures of one address are summed up. */
  void serverConnectFailed(String vdb, SocketAddress address, String cause);

  /**
   * Further log-ins as a user from an address are delayed after wrong passwords; repeated ones of
   * an address are summed up.
   */
  void loginsSlowed(String vdb, SocketAddress address, String user, Duration delay);

  /** A server sent what the protocol does not allow. */
  void serverProtocolError(long serverId, String vdb, SocketAddress address, String problem);

  /** A statement of the node's own failed that sets, reads or resets the state of a session. */
  void serverStateFailure(long serverId, String vdb, SocketAddress address, String problem);

  /** A client had to be refused a server connection; repeated ones of a pool are summed up. */
  void poolExhausted(
      String vdb, String database, String user, int size, int waiting, Duration waited);

  /** A session is tied to its server connection from now on. */
  void sessionPinned(long clientId, String vdb, String reason);

  /**
   * A rule matched whose matches are logged.
   *
   * @param groups what its regular expression's groups hold; empty where that is not logged
   */
  void ruleMatched(long clientId, String vdb, String rule, String action, List<String> groups);

  /**
   * A rule wants a statement logged.
   *
   * @param text without its values
   * @param outcome {@code ok} or an SQLSTATE
   */
  void statement(
      long clientId, String vdb, String user, String text, Duration took, String outcome);

  /** A rule wants the tables of a statement logged. */
  void statementTables(long clientId, String vdb, Set<String> read, Set<String> written);

  /**
   * A rule wants to know how long it took to decide by the rules.
   *
   * @param rules those that matched, by their places
   */
  void ruleTiming(long clientId, String vdb, List<String> rules, Duration took);

  /**
   * A result in the query cache is not what the server answers; repeated ones of the same rules and
   * tables are summed up.
   *
   * @param rules which have the two compared, by their places
   * @param kept a digest of it; likewise of the answer
   */
  void resultDiffers(
      long clientId,
      String vdb,
      List<String> rules,
      Collection<String> tables,
      Supplier<String> kept,
      Supplier<String> answered);

  /**
   * A rule wants a result's columns logged.
   *
   * @param columns each with its type
   */
  void resultColumns(long clientId, String vdb, String text, List<String> columns);

  /**
   * A rule wants a row of a result logged. The one event that holds data.
   *
   * @param number of the row, from 1
   * @param values each with its column's name; a long row is cut
   */
  void resultRow(long clientId, String vdb, long number, List<String> values);

  /** A rule has switched the debug lines of a session on or off. */
  void debugSwitched(long clientId, String vdb, boolean on);

  /**
   * Logs the understanding of a statement of a session with debug lines, and the decision on it.
   *
   * @param text without its values
   * @param facts what to tell, without values; each a name and a value
   */
  void debugStatement(long clientId, String vdb, String text, Map<String, String> facts);

  /** Rules want operators to know of a statement. */
  void ruleNotification(long clientId, String vdb, List<String> rules, String text, String outcome);

  /**
   * Logs a failed background action of a rule.
   *
   * @param sqlstate null where it was not a server that failed
   */
  void actionFailed(
      String action, String what, Collection<String> tables, String sqlstate, String reason);

  /** A program that a rule's trigger runs has ended. */
  void programEnded(String program, String end, String output);

  /**
   * Logs an event of the directory that decides on log-ins.
   *
   * @param about a server or a user
   * @param cause empty where nothing is wrong
   */
  void directory(String event, String about, String cause);

  /** An administrator changed something. */
  void adminCommand(String user, SocketAddress address, String command, String outcome);

  /**
   * Logs an event of a cluster.
   *
   * @param source the data source that it is
   * @param event what happened, as operators know it
   * @param server which server it is about
   * @param lasted how long the state had lasted that this ends, if it ends one
   * @param alarming true if an operator should look at it
   */
  void clusterChanged(
      String source,
      String event,
      String server,
      String cause,
      Optional<Duration> lasted,
      boolean alarming);

  /**
   * Writes past the nodes are heard from now on, or not any more.
   *
   * @param why they are not; empty where they are
   */
  void changesHeard(String source, String way, String database, String server, String why);

  /** A changed configuration was taken over. */
  void configReloaded(int documents, String changes);

  /**
   * A changed configuration is not valid, for these reasons, at least one; the earlier one stays.
   */
  void configRejected(List<String> problems);

  /** A file with secrets can be read by others; it says which, and what to do. */
  void secretOpen(String detail);

  /** The process may have fewer files open than clients are to be; the numbers and the remedy. */
  void fewFiles(String detail);

  /** The node's life: "starting", "listening", "draining", "stopped". */
  void node(String phase, String detail);
}
