package dev.heimdall.engine.session.caching;

import dev.heimdall.engine.backend.Variables;

/** Cache scope: sessions that share results. */
final class CacheScope {
  private final Object who;
  private final Variables settings;
  private final int hash;

  /**
   * @param who the database, or with its user
   */
  CacheScope(Object who, Variables settings) {
    this.who = who;
    this.settings = settings;
    this.hash = 31 * who.hashCode() + settings.hashCode();
  }

  /** True if it is made of just these. */
  boolean is(Object who, Variables settings) {
    return this.who == who && this.settings == settings;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof CacheScope that
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
    return "CacheScope";
  }
}
