package dev.heimdall.engine.prepared;

/** What a server's answer to a message about a statement means for what the client's name means. */
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
