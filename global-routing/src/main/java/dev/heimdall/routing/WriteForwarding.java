package dev.heimdall.routing;

/**
 * Write forwarding from readers of a cluster to the writer, in the API's words: {@code enabled},
 * {@code disabled}, {@code enabling}, {@code disabling}, {@code requested}; empty where it is
 * unknown.
 *
 * @param local to the writer of their own cluster ({@code LocalWriteForwardingStatus})
 * @param global from a region that follows to the one that writes ({@code
 *     GlobalWriteForwardingStatus})
 */
public record WriteForwarding(String local, String global) {
  /** Value for a cluster about which the API reports nothing. */
  public static final WriteForwarding UNKNOWN = new WriteForwarding("", "");

  private static final String OFF = "disabled";

  /**
   * Returns the values that the API reports for a cluster; a value unknown to the API counts as
   * nothing.
   */
  static WriteForwarding said(String local, String global) {
    return new WriteForwarding(local, global.equals("unknown") ? "" : global);
  }

  /** True if anything is known of it. */
  public boolean known() {
    return !local.isEmpty() || !global.isEmpty();
  }

  /** With what another answer says, where this one says nothing. */
  WriteForwarding or(WriteForwarding other) {
    return new WriteForwarding(
        local.isEmpty() ? other.local : local, global.isEmpty() ? other.global : global);
  }

  /** Forwarding that is on, or is being changed; empty where there is none. */
  String active() {
    return words(local.equals(OFF) ? "" : local, global.equals(OFF) ? "" : global);
  }

  /** All that is known, in words; empty for nothing. */
  @Override
  public String toString() {
    return words(local, global);
  }

  private static String words(String local, String global) {
    return (local.isEmpty() ? "" : "local " + local)
        + (local.isEmpty() || global.isEmpty() ? "" : ", ")
        + (global.isEmpty() ? "" : "global " + global);
  }

  /**
   * That of one cluster among those of a global one.
   *
   * @param cluster its name
   */
  public record Of(String region, String cluster, WriteForwarding forwarding) {
    @Override
    public String toString() {
      return region + " (" + forwarding + ")";
    }
  }
}
