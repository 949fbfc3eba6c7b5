package dev.heimdall.engine.prepared;

import java.util.Arrays;

/**
 * A prepared statement as a server connection remembers it: without its text, so that a statement
 * that no client and no registry knows any more takes a few hundred bytes in the node, however long
 * its text is on the server. Equal to itself only.
 */
public final class StatementName {
  private final byte[] onServer;
  private final int size;
  private final boolean given;

  /**
   * Clients that hold the statement. Its registry's loop writes it; a connection that has moved to
   * another loop may read an older figure, which has it close the one before the other.
   */
  int users;

  /**
   * @param given whether a client has given the name, so that others may have given the same one
   */
  StatementName(byte[] onServer, int size, boolean given) {
    this.onServer = onServer;
    this.size = size;
    this.given = given;
  }

  boolean isGiven() {
    return given;
  }

  /** True if it is another statement's that a client has given the same name. */
  boolean isNamesakeOf(StatementName other) {
    return this != other && given && Arrays.equals(onServer, other.onServer);
  }

  /** The name itself. */
  public byte[] onServer() {
    return onServer;
  }

  /** Bytes of its text and its parameters' types, which the server keeps. */
  int size() {
    return size;
  }
}
