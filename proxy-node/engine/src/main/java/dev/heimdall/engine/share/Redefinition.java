package dev.heimdall.engine.share;

/**
 * A write to the definitions of a database: its views, functions, triggers and the like.
 *
 * @param database by its name at the server
 * @param how whether that is certain
 */
public record Redefinition(String database, How how) {
  /** Certainty of a redefinition: definitions were changed, or it is not known what was run. */
  public enum How {
    /** A function was run of which it is unknown what it does. */
    POSSIBLE("?"),
    /** A block or procedure was run of which it is unknown what it does. */
    LIKELY("~"),
    /** Definitions were changed. */
    CERTAIN("!"),
    /**
     * Definitions of tables were changed, and what this node knows of code holds. Others, which may
     * know another state, take it for {@link #CERTAIN}: so it is spelled, and read.
     */
    TABLES("!");

    private final String sign;

    How(String sign) {
      this.sign = sign;
    }

    /** True if all nodes have to know before the client is told, whatever the consistency. */
    boolean awaited() {
      return this != POSSIBLE;
    }
  }

  /** As nodes publish it. */
  String encoded() {
    return how.sign + database;
  }

  /**
   * Returns the redefinition that a node has published.
   *
   * @return null where it is none of this version: then any definition may have been changed
   */
  static Redefinition decode(String text) {
    for (How how : How.values()) {
      if (text.startsWith(how.sign)) {
        return new Redefinition(text.substring(how.sign.length()), how);
      }
    }
    return null;
  }
}
