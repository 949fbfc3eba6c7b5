package dev.heimdall.manager.fleet;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Command that a node can receive. */
public enum Command {
  /** Lets transactions finish, closes clients, and takes none until it is undrained. */
  DRAIN,
  /** Takes clients again. */
  UNDRAIN,
  /** Drains, and begins anew. */
  RESTART,
  /** Reads the configuration again. */
  RELOAD,
  /** Lets go of kept results: of all tables, or of one. */
  CLEAR_CACHE,
  /** Closes the connection of a client. */
  KILL_CLIENT,
  /** Cancels what a client runs or waits for. */
  CANCEL_STATEMENT,
  /** Asks the server for the plan of the next statement of a pattern. */
  TAKE_PLAN;

  /** True if it is for one client of one node. */
  public boolean isForClient() {
    return this == KILL_CLIENT || this == CANCEL_STATEMENT;
  }

  /** True if it is for statements of a pattern. */
  public boolean isForPattern() {
    return this == TAKE_PLAN;
  }

  /** As JSON has it. */
  public String spelling() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one that is written so. */
  public static Optional<Command> of(String spelling) {
    return Stream.of(values()).filter(one -> one.spelling().equals(spelling)).findFirst();
  }
}
