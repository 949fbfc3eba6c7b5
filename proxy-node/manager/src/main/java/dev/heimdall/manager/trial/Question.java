package dev.heimdall.manager.trial;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A statement, and the session that it would come from.
 *
 * @param database as the client names it; empty: the only one that there is, or the user's name
 * @param application what the client calls itself; empty when it says nothing
 * @param port that the client connects to; empty: the virtual database's first
 * @param inTransaction whether the session is inside of an explicit transaction
 * @param prepared whether the statement is a prepared one
 */
public record Question(
    String vdb,
    String statement,
    String user,
    List<String> groups,
    Optional<String> database,
    String application,
    InetAddress address,
    OptionalInt port,
    boolean inTransaction,
    boolean prepared) {
  /** Characters of a statement. */
  public static final int LONGEST_STATEMENT = 64 << 10;

  public Question {
    groups = List.copyOf(groups);
  }

  /** An IP address as it is written; empty: it is none. A name would be looked up. */
  public static Optional<InetAddress> address(String text) {
    if (!text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(text));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  /** A statement may hold anything. */
  @Override
  public String toString() {
    return "a statement for " + vdb;
  }
}
