package dev.heimdall.engine.rules;

import dev.heimdall.engine.sql.FoldedName;
import dev.heimdall.engine.sql.Weight;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;

/**
 * Facts that rules know about a session.
 *
 * @param vdb the virtual database's name
 * @param catalog the database at the server
 * @param user the user, as the client gave it
 * @param ldapGroups directory groups of the user; empty where there is no directory
 * @param applicationName what the client calls itself; empty when it says nothing
 * @param address the client's address; null where there is none
 * @param port the port that it connected to
 * @param connectionId the number of its connection in this node
 * @param foldedSchema the schema that is left out of names of its tables, which are compared as
 *     {@link FoldedName}s; null where they are compared as they are
 */
public record SessionFacts(
    String vdb,
    String catalog,
    String user,
    List<String> ldapGroups,
    String applicationName,
    InetAddress address,
    int port,
    long connectionId,
    String foldedSchema) {
  public SessionFacts {
    Objects.requireNonNull(vdb, "vdb");
    Objects.requireNonNull(catalog, "catalog");
    Objects.requireNonNull(user, "user");
    ldapGroups = List.copyOf(ldapGroups);
    applicationName = applicationName == null ? "" : applicationName;
  }

  /** About how many bytes it takes in memory. */
  long weight() {
    return 200
        + Weight.of(vdb)
        + Weight.of(catalog)
        + Weight.of(user)
        + Weight.of(ldapGroups)
        + Weight.of(applicationName);
  }

  /** The value of a built-in name; null when there is no such name. */
  String builtIn(String name) {
    return switch (name) {
      case "catalog", "database" -> catalog;
      case "vdb" -> vdb;
      case "user" -> user;
      case "connid" -> Long.toString(connectionId);
      default -> null;
    };
  }
}
