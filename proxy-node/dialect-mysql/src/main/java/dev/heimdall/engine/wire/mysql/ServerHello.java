package dev.heimdall.engine.wire.mysql;

import dev.heimdall.engine.wire.Greeting;
import java.util.HashMap;
import java.util.Map;

/**
 * Self-description of a server when a connection begins, by which drivers decide. A {@link
 * Greeting} holds it among the values that the server has reported, under names that no variable
 * has.
 *
 * @param version as the server spells it
 * @param capabilities of {@link Capability}, that it offers
 * @param collation its default, by its number
 * @param status of {@link StatusFlag}
 */
public record ServerHello(String version, long capabilities, int collation, int status) {
  /** Under which name a {@link Greeting} holds the version. */
  public static final String VERSION = "(version)";

  private static final String CAPABILITIES = "(capabilities)";
  private static final String COLLATION = "(collation)";
  private static final String STATUS = "(status)";

  /** Returns the part of it that a greeting holds. */
  public static ServerHello of(Greeting greeting) {
    Map<String, String> values = greeting.reported();
    return new ServerHello(
        values.get(VERSION),
        Long.parseLong(values.get(CAPABILITIES)),
        Integer.parseInt(values.get(COLLATION)),
        Integer.parseInt(values.get(STATUS)));
  }

  /** A greeting that holds it and nothing else. */
  public Greeting greeting() {
    Map<String, String> values = new HashMap<>();
    values.put(VERSION, version);
    values.put(CAPABILITIES, Long.toString(capabilities));
    values.put(COLLATION, Integer.toString(collation));
    values.put(STATUS, Integer.toString(status));
    return Greeting.of(Map.copyOf(values));
  }

  /** True if it is a MariaDB, by its version. */
  public boolean isMariadb() {
    return isMariadb(version);
  }

  /**
   * True if a server of this version is a MariaDB.
   *
   * @param version null for one that is not known
   */
  public static boolean isMariadb(String version) {
    return version != null && version.contains("MariaDB");
  }
}
