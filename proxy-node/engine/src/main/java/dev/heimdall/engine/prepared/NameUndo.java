package dev.heimdall.engine.prepared;

/**
 * Consequences of a server's answer to a Parse, Close or Describe for the client's name of a
 * statement.
 */
@FunctionalInterface
public interface NameUndo {
  /** The server has refused it. */
  void refused();

  /** The server skips it, because of an error ahead of it. */
  default void skipped() {
    refused();
  }

  /** It is done, and nothing will be undone. */
  default void settled() {}
}
