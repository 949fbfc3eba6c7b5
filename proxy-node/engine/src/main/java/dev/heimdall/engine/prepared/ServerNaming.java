package dev.heimdall.engine.prepared;

/** Naming of one event loop's statements on servers, by a dialect. */
public interface ServerNaming {
  /** The name of the statement with this number; unique in the process. */
  byte[] name(long number);

  /**
   * True if a client's name may be the one of its statement on servers: none of ours begins so.
   * Never where servers know statements by handles.
   */
  default boolean mayBeClients(byte[] given) {
    return false;
  }

  /**
   * Returns the replacement in a text for an unknown name of a client's, so that it reaches no
   * statement of another client.
   *
   * @return null where it cannot be one of those that {@link #name} gives
   */
  default byte[] instead(String unknown) {
    return null;
  }
}
