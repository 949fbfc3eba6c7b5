package dev.heimdall.routing;

/** A text is no topology document; the message says where and why. */
public final class TopologyException extends Exception {
  private static final long serialVersionUID = 1;

  TopologyException(String where, String why) {
    super(where + ": " + why);
  }
}
