package dev.heimdall.engine.prepared;

/** How a dialect names the statements of one event loop on servers. */
public interface ServerNaming {
  /** The name of the statement with this number; unique in the process. */
  byte[] name(long number);

  /** Whether a client's name may be the one of its statement on servers: none of ours begins so. */
  boolean mayBeClients(byte[] given);

  /**
   * What an unknown name of a client's becomes in a text, so that it reaches no statement of
   * another client.
   *
   * @return null where it cannot be one of those that {@link #name} gives
   */
  byte[] instead(String unknown);
}
