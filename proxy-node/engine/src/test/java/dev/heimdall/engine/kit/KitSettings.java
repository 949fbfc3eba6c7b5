package dev.heimdall.engine.kit;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.tracing.Tracing;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a {@link KitNode} is configured: members of JSON objects, where they are not as usual.
 *
 * @param vdb of the virtual database, without source, ports and log-in
 * @param source of the data source
 * @param node of the node
 * @param auth rules of the authentication table
 * @param memory the memory budget in bytes
 * @param catalogue what is known of the database, where anything is
 */
record KitSettings(
    String vdb,
    String source,
    String node,
    String auth,
    long memory,
    Optional<Tracing> tracing,
    Optional<Catalogue> catalogue) {
  private static final long MEMORY = 16 << 20;

  /** A data source that rules may name, and its only host. */
  static final String OTHER = "other";

  /** Two users, whose passwords are their names. */
  static final List<String> USERS = List.of("ann", "bob");

  static KitSettings of(String vdb) {
    return new KitSettings(
        vdb, "", "", "{\"method\": \"trust\"}", MEMORY, Optional.empty(), Optional.empty());
  }

  KitSettings withVdb(String members) {
    return new KitSettings(members, source, node, auth, memory, tracing, catalogue);
  }

  KitSettings withSource(String members) {
    return new KitSettings(vdb, members, node, auth, memory, tracing, catalogue);
  }

  KitSettings withNode(String members) {
    return new KitSettings(vdb, source, members, auth, memory, tracing, catalogue);
  }

  KitSettings withAuth(String rules) {
    return new KitSettings(vdb, source, node, rules, memory, tracing, catalogue);
  }

  KitSettings withMemory(long bytes) {
    return new KitSettings(vdb, source, node, auth, bytes, tracing, catalogue);
  }

  KitSettings withTracing(Optional<Tracing> by) {
    return new KitSettings(vdb, source, node, auth, memory, by, catalogue);
  }

  KitSettings withCatalogue(Catalogue known) {
    return new KitSettings(vdb, source, node, auth, memory, tracing, Optional.of(known));
  }

  /**
   * The configuration that they are part of.
   *
   * @param directory for its files, empty but for rules
   * @param url of the data source
   */
  Configuration configuration(Path directory, String url) {
    try {
      write(directory, "node.json", "{" + node + "}");
      write(
          directory,
          "sources/main.json",
          """
          {"url": "%s", "user": "db", "password": "db",
           "tls": {"mode": "disable"}, "catalog": {"enabled": %s}%s}
          """
              .formatted(url, catalogue.isPresent(), more(source)));
      write(
          directory,
          "sources/" + OTHER + ".json",
          """
          {"url": "%s", "user": "db", "password": "db",
           "tls": {"mode": "disable"}, "catalog": {"enabled": false}}
          """
              .formatted(url.replace("server", OTHER)));
      write(
          directory,
          "vdbs/app.json",
          """
          {"source": "main", "ports": [1], "auth": [%s]%s}
          """
              .formatted(auth, more(vdb)));
      for (String user : USERS) {
        write(directory, "users/" + user + ".json", "{\"password\": \"" + user + "\"}");
      }
      return ConfigurationReader.read(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ConfigurationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String more(String members) {
    return members.isEmpty() ? "" : ", " + members;
  }

  private static void write(Path directory, String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
