package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.model.LimitSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code pgbouncer.ini} with the files that it names, as documents. */
final class PgBouncerImport {
  private static final int USUAL_PORT = 6432;

  private final PgBouncerIni ini;
  private final Documents documents = new Documents();
  private final Notes notes = new Notes();
  private final List<Group> groups;
  private final Places places = PgBouncerPlaces.all();

  private PgBouncerImport(PgBouncerIni ini) throws CommandFailure {
    this.ini = ini;
    this.groups = PgBouncerDatabases.read(ini, documents, notes);
  }

  /**
   * @param userlist the file with users; empty for that of {@code auth_file}
   */
  static Imported read(Path file, Optional<Path> userlist) throws CommandFailure {
    PgBouncerImport work = new PgBouncerImport(PgBouncerIni.read(file));
    work.all(userlist);
    return new Imported(work.documents, work.notes);
  }

  private void all(Optional<Path> userlist) throws CommandFailure {
    listening();
    ini.settings().forEach(this::setting);
    statementsAreMessages();
    PgBouncerDatabases.ownSettings(groups, places, documents, notes);
    groups.forEach(this::poolMode);
    tlsOfClients();
    tlsOfServers();
    PgBouncerUsers users = new PgBouncerUsers(ini, documents, notes);
    users.read(userlist);
    new PgBouncerAuthQuery(ini, documents, notes).write(groups);
    new PgBouncerLogIns(ini, groups, documents, notes).write();
    users.saidElsewhere();
    for (String section : ini.sections()) {
      if (!Set.of("pgbouncer", "databases", "users").contains(section)) {
        ini.section(section)
            .forEach(entry -> notes.left(entry, "section [" + section + "] has no counterpart"));
      }
    }
  }

  /** Each group needs ports of its own; PgBouncer has one for all. */
  private void listening() {
    int first = USUAL_PORT;
    Optional<Entry> port = ini.said("listen_port");
    try {
      first = Integer.parseInt(ini.value("listen_port", String.valueOf(USUAL_PORT)));
    } catch (NumberFormatException e) {
      notes.left(port.orElseThrow(), "the value is no number; " + USUAL_PORT + " was written");
    }
    int next = first;
    for (Group group : groups) {
      ObjectNode vdb = documents.vdb(group.name());
      vdb.putArray("ports").add(next);
      if (next > first) {
        notes.say(
            ("virtual database %s (%s) listens on port %d: its servers, log-in or settings are not"
                    + " those of port %d, and its clients have to connect there")
                .formatted(
                    group.name(), String.join(", ", group.databases().keySet()), next, first));
      }
      address(vdb);
      // Its own default counts where clients have nothing else.
      String socket = ini.value("unix_socket_dir", ini.listens() ? "" : "/tmp");
      if (!socket.isEmpty()) {
        vdb.put("unixSocket", socket.replaceFirst("/*$", "") + "/.s.PGSQL." + next);
      }
      next++;
    }
    if (!ini.listens()) {
      notes.say(
          "listen_addr is not set: PgBouncer listens on its Unix socket alone; a virtual database"
              + " has a port, too, on 127.0.0.1");
    }
    ini.said("listen_addr")
        .filter(entry -> entry.value().contains(","))
        .ifPresent(
            entry -> notes.differs(entry, "a virtual database listens on one address: the first"));
  }

  private void address(ObjectNode vdb) {
    String address = ini.listens() ? ini.value("listen_addr", "") : "127.0.0.1";
    switch (address) {
      case "*" -> vdb.put("address", "0.0.0.0");
      case "localhost" -> vdb.put("address", "127.0.0.1");
      default -> vdb.put("address", address.split(",")[0].strip());
    }
  }

  private void setting(Entry entry) {
    List<String> names = groups.stream().map(Group::name).toList();
    places.take(entry, documents, names, names, notes);
  }

  /** The limit of a statement's text must not be beyond that of any message. */
  private void statementsAreMessages() {
    for (Group group : groups) {
      ObjectNode limits = Documents.part(documents.vdb(group.name()), "limits");
      long message =
          limits.path("maxMessageSize").asLong(LimitSettings.defaults().maxMessageSize());
      if (message < LimitSettings.defaults().maxStatementSize()) {
        limits.put("maxStatementSize", message);
      }
      if (limits.isEmpty()) {
        documents.vdb(group.name()).remove("limits");
      }
    }
  }

  private void poolMode(Group group) {
    Optional<Entry> mode = ini.said(group, "pool_mode");
    // PgBouncer's own default is session.
    String value = mode.map(Entry::value).orElse("session");
    documents.vdb(group.name()).put("multiplex", !value.equals("session"));
    if (value.equals("statement")) {
      notes.differs(
          mode.orElseThrow(), "transactions are allowed, and keep their server connection");
    }
  }

  private void tlsOfClients() throws CommandFailure {
    String mode = ini.value("client_tls_sslmode", "disable");
    for (Group group : groups) {
      ObjectNode tls = Documents.part(documents.vdb(group.name()), "tls");
      file("client_tls_cert_file", tls, "certificateFile");
      file("client_tls_key_file", tls, "keyFile");
      file("client_tls_ca_file", tls, "clientCaFile");
      switch (mode) {
        case "disable" -> tls.put("mode", "disable");
        case "require" -> tls.put("mode", "require");
        case "verify-ca", "verify-full" ->
            tls.put("mode", "require").put("clientCertificate", "require");
        default -> tls.put("mode", "allow");
      }
    }
  }

  private void tlsOfServers() throws CommandFailure {
    String mode = ini.value("server_tls_sslmode", "prefer");
    for (Group group : groups) {
      ObjectNode tls = Documents.part(documents.source(group.name()), "tls");
      file("server_tls_cert_file", tls, "certificateFile");
      file("server_tls_key_file", tls, "keyFile");
      file("server_tls_ca_file", tls, "caFile");
      tls.put("mode", mode.equals("allow") ? "prefer" : mode);
    }
  }

  private void file(String key, ObjectNode tls, String name) throws CommandFailure {
    Optional<Entry> named = ini.said(key);
    if (named.isPresent()) {
      tls.put(name, ini.readable(named.get()));
    }
  }
}
