package dev.heimdall.engine.catalog;

/** Databases of which a test says what they hold. */
public final class KnownDatabase {
  private KnownDatabase() {}

  /**
   * What was read of one just now.
   *
   * @param name at the server
   */
  public static Catalogue of(String name, ObjectsBuilder holds) {
    return new Catalogue(name, 1, Catalogue.Knowledge.FRESH, true, holds.build());
  }
}
