package dev.heimdall.manager.dashboard;

/**
 * Whose figures.
 *
 * @param node empty: of all
 * @param vdb empty: of all
 */
record Scope(String node, String vdb) {
  static final Scope ALL = new Scope("", "");

  /** Whether it is of one virtual database on one node, of which there are the most. */
  boolean isPair() {
    return !node.isEmpty() && !vdb.isEmpty();
  }
}
