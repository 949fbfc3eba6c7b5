package dev.heimdall.engine.prepared;

/**
 * A prepared statement as a server connection remembers it: without its text, so that a statement
 * that no client and no registry knows any more takes a few hundred bytes in the node, however long
 * its text is on the server. Equal to itself only.
 */
public final class StatementName {
  private final byte[] onServer;
  private final int size;

  StatementName(byte[] onServer, int size) {
    this.onServer = onServer;
    this.size = size;
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
