package dev.heimdall.manager.wizard;

import dev.heimdall.model.Engine;
import java.util.List;

/**
 * Instructions for connecting clients to a virtual database, driver by driver. Passwords are not in
 * it.
 *
 * @param host of a node
 * @param database empty: clients name one
 */
public record Connecting(
    String name, Engine engine, String host, int port, String user, String database) {
  private static final String PASSWORD = "PASSWORD";

  /** Text to write for a driver. */
  public record Snippet(String driver, String text) {}

  public List<Snippet> snippets() {
    String named = database.isEmpty() ? engine.firstDatabase().orElse("DATABASE") : database;
    return engine.examples().stream()
        .map(
            example ->
                new Snippet(
                    example.driver(), example.text().formatted(host, port, user, PASSWORD, named)))
        .toList();
  }
}
