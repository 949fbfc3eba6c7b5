package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.model.VirtualDatabase;
import java.util.List;
import java.util.Optional;

/** Users whom PgBouncer looks up in the database: {@code auth_user}, {@code auth_query}. */
final class PgBouncerAuthQuery {
  private final PgBouncerIni ini;
  private final Documents documents;
  private final Notes notes;

  /**
   * @param documents with all users
   */
  PgBouncerAuthQuery(PgBouncerIni ini, Documents documents, Notes notes) {
    this.ini = ini;
    this.documents = documents;
    this.notes = notes;
  }

  void write(List<Group> groups) {
    groups.forEach(this::group);
  }

  private void group(Group group) {
    Optional<Entry> user = said(group, "auth_user");
    if (user.isEmpty()) {
      said(group, "auth_query")
          .ifPresent(entry -> notes.left(entry, "there is no auth_user who could ask"));
      return;
    }
    Optional<Entry> asked = said(group, "auth_dbname");
    Optional<String> database = asked.flatMap(entry -> atItsServers(group, entry.value()));
    if (asked.isPresent() && database.isEmpty()) {
      notes.left(
          asked.get(),
          "users are looked up at the servers of the virtual database alone, and [databases] has no"
              + " database of that name with the host and port of "
              + group.name());
      return;
    }
    ObjectNode query = Documents.part(documents.vdb(group.name()), "authQuery");
    query.put("enabled", true).put("user", user.get().value());
    said(group, "auth_query").ifPresent(entry -> query.put("sql", entry.value()));
    database.ifPresent(name -> query.put("database", name));
    String password =
        documents.hasUser(user.get().value())
            ? documents.user(user.get().value()).path("password").asText()
            : "";
    if (password.isEmpty()) {
      notes.differs(
          user.get(),
          "its password is not in the file of users: write it into `authQuery.password` of virtual"
              + " database "
              + group.name()
              + ", unless the server lets the node in without");
    } else {
      query.put("password", password);
    }
  }

  /**
   * A database as its server calls it; empty where it is not at a group's servers.
   *
   * @param name as clients would call it
   */
  private Optional<String> atItsServers(Group group, String name) {
    return written(name)
        .or(() -> written(VirtualDatabase.ANY_DATABASE))
        .filter(at -> place(at).equals(place(group.common())))
        .map(at -> at.get("dbname").orElse(name));
  }

  private Optional<ConnectString> written(String name) {
    return ini.section("databases").stream()
        .filter(entry -> entry.key().replaceAll("^\"|\"$", "").equals(name))
        .reduce((first, last) -> last)
        .flatMap(entry -> ConnectString.parse(entry.value()));
  }

  private static List<String> place(ConnectString at) {
    return List.of(at.get("host").orElse(""), at.get("port").orElse("5432"));
  }

  private Optional<Entry> said(Group group, String key) {
    return ini.said(group, key).filter(entry -> !entry.value().isEmpty());
  }
}
