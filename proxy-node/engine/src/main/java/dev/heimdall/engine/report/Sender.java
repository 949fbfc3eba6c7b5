package dev.heimdall.engine.report;

/**
 * Sender of the reports.
 *
 * @param id what managers know the node by: the same after a restart, another one for each node
 * @param number in its fleet
 * @param version of the build
 */
public record Sender(String id, int number, String version) {
  private static final int LONGEST = 64;

  /**
   * Returns a sender with an id that managers accept: letters, digits, {@code .}, {@code _}, {@code
   * -}.
   */
  public static Sender of(String id, int number, String version) {
    String plain = id.replaceAll("[^A-Za-z0-9._-]", "-").replaceFirst("^[^A-Za-z0-9]+", "");
    String some = plain.isEmpty() ? "node-" + number : plain;
    return new Sender(some.length() > LONGEST ? some.substring(0, LONGEST) : some, number, version);
  }
}
