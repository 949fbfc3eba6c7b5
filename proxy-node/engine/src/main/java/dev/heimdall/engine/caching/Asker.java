package dev.heimdall.engine.caching;

import dev.heimdall.engine.backend.Variables;

/** Whose answers are alike. */
final class Asker {
  private final Object who;
  private final Variables settings;
  private final int hash;

  /**
   * @param who the database, or with its user
   */
  Asker(Object who, Variables settings) {
    this.who = who;
    this.settings = settings;
    this.hash = 31 * who.hashCode() + settings.hashCode();
  }

  /** Whether it is made of just these. */
  boolean is(Object who, Variables settings) {
    return this.who == who && this.settings == settings;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Asker that
            && hash == that.hash
            && settings.equals(that.settings)
            && who.equals(that.who));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Settings may be secrets. */
  @Override
  public String toString() {
    return "Asker";
  }
}
