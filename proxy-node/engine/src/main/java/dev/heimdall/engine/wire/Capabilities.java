package dev.heimdall.engine.wire;

/**
 * Agreement that a client and its server have to have reached alike when they logged in, so that
 * what the one sends the other understands: for the core an opaque value, equal where connections
 * may stand for each other.
 */
public interface Capabilities {
  /** Of protocols that have nothing to agree on. */
  Capabilities NONE =
      new Capabilities() {
        @Override
        public String toString() {
          return "none";
        }
      };

  /** True if the client has said that its session is there to read, so that replicas may answer. */
  default boolean readsByIntent() {
    return false;
  }
}
