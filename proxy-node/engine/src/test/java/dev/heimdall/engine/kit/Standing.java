package dev.heimdall.engine.kit;

import java.util.List;

/**
 * Where a session stands when a statement comes.
 *
 * @param name for people
 * @param vdb settings of the virtual database in JSON, if it needs some
 * @param statements what has brought it there, as texts
 */
public record Standing(String name, String vdb, List<String> statements) {
  public static Standing of(String name, String... statements) {
    return new Standing(name, "", List.of(statements));
  }

  @Override
  public String toString() {
    return name;
  }
}
