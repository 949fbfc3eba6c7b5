package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.model.LimitSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code pgbouncer.ini} with the files that it names, as documents. */
final class PgBouncerImport {
  private static final int USUAL_PORT = 6432;
  private static final String ANY = "*";

  /** Settings of a database that every database of a group must have alike. */
  private static final Set<String> OF_GROUP =
      Set.of(
          "host",
          "port",
          "user",
          "password",
          "pool_size",
          "min_pool_size",
          "pool_mode",
          "max_db_connections",
          "max_db_client_connections",
          "server_lifetime",
          "timezone",
          "datestyle",
          "client_encoding",
          "application_name");

  /** Settings that decide about several documents, or with others. */
  private static final Set<String> ELSEWHERE =
      Set.of(
          "listen_addr",
          "listen_port",
          "unix_socket_dir",
          "pool_mode",
          "auth_type",
          "auth_file",
          "auth_hba_file",
          "admin_users",
          "stats_users",
          "client_tls_sslmode",
          "client_tls_key_file",
          "client_tls_cert_file",
          "client_tls_ca_file",
          "server_tls_sslmode",
          "server_tls_key_file",
          "server_tls_cert_file",
          "server_tls_ca_file");

  private final Path file;
  private final IniFile ini;
  private final Map<String, Entry> settings = new LinkedHashMap<>();
  private final Documents documents = new Documents();
  private final Notes notes = new Notes();

  /** Each with one of its databases, which is as all of them. */
  private final Map<Group, Database> groups = new LinkedHashMap<>();

  private record Database(Entry entry, String name, ConnectString at) {}

  private PgBouncerImport(Path file) throws CommandFailure {
    this.file = file;
    this.ini = IniFile.read(file);
  }

  /**
   * @param userlist the file with users; empty for that of {@code auth_file}
   */
  static Imported read(Path file, Optional<Path> userlist) throws CommandFailure {
    PgBouncerImport work = new PgBouncerImport(file);
    work.all(userlist);
    return new Imported(work.documents, work.notes);
  }

  private void all(Optional<Path> userlist) throws CommandFailure {
    for (Entry entry : ini.section("pgbouncer")) {
      settings.put(entry.key().toLowerCase(Locale.ROOT), entry);
    }
    databases();
    listening();
    defaults();
    for (Entry entry : settings.values()) {
      setting(entry);
    }
    statementsAreMessages();
    // What a database says for itself goes before what is said for all.
    ofDatabases();
    poolMode();
    tlsOfClients();
    tlsOfServers();
    new PgBouncerUsers(file, settings, documents, notes).read(userlist);
    logIns();
    users();
    for (String section : ini.sections().keySet()) {
      if (!Set.of("pgbouncer", "databases", "users").contains(section)) {
        ini.section(section)
            .forEach(entry -> notes.left(entry, "section [" + section + "] has no counterpart"));
      }
    }
  }

  private Optional<Entry> said(String key) {
    return Optional.ofNullable(settings.get(key));
  }

  private String value(String key, String otherwise) {
    return said(key).map(Entry::value).orElse(otherwise);
  }

  // ---- databases

  private void databases() throws CommandFailure {
    Map<Map<String, String>, List<Database>> alike = new LinkedHashMap<>();
    for (Entry entry : ini.section("databases")) {
      String name = entry.key().replaceAll("^\"|\"$", "");
      Optional<ConnectString> at = ConnectString.parse(entry.value());
      if (at.isEmpty()) {
        throw new CommandFailure(
            ExitCode.CONFIGURATION,
            entry.at() + ": the connection string of database " + name + " cannot be read");
      }
      Map<String, String> key = new LinkedHashMap<>();
      OF_GROUP.stream()
          .sorted()
          .forEach(setting -> at.get().each(setting, value -> key.put(setting, value)));
      alike.computeIfAbsent(key, any -> new ArrayList<>()).add(new Database(entry, name, at.get()));
    }
    if (alike.isEmpty()) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION, file + " has no database in its section [databases]");
    }
    alike.values().stream()
        .sorted(Comparator.comparing((List<Database> each) -> -each.size()))
        .forEach(this::group);
  }

  private void group(List<Database> members) {
    Group group = new Group(nameFor(members.get(0).name()));
    ConnectString at = members.get(0).at();
    Line line = members.get(0).entry().at();
    for (Database member : members) {
      String atServer = member.at().get("dbname").orElse(member.name());
      group.databases().put(member.name(), atServer);
      for (String setting : member.at().values().keySet()) {
        notCarried(member, setting);
      }
    }
    ObjectNode source = documents.source(group.name());
    String first =
        group.databases().values().stream().filter(db -> !db.equals(ANY)).findFirst().orElse("");
    source.put("url", "jdbc:postgresql://" + hosts(at, line, source) + "/" + first);
    at.each("user", user -> source.put("user", user));
    at.each("password", password -> source.put("password", password));
    for (String parameter :
        List.of("timezone", "datestyle", "client_encoding", "application_name")) {
      at.each(parameter, text -> Documents.part(source, "parameters").put(parameter, text));
    }
    ObjectNode vdb = documents.vdb(group.name());
    vdb.put("source", group.name());
    ObjectNode names = vdb.putObject("databases");
    group.databases().forEach(names::put);
    groups.put(group, members.get(0));
  }

  private void notCarried(Database database, String setting) {
    String why =
        switch (setting) {
          case "connect_query" ->
              "`parameters` of the data source set what a connection begins with";
          case "reserve_pool_size", "reserve_pool" ->
              "there is no reserve: `pool.size` is all that a pool may open";
          case "auth_user", "auth_query", "auth_dbname" ->
              "users are documents; with `credentials` \"passthrough\" the server decides";
          case "load_balance_hosts" ->
              "`cluster` of the data source says how several servers are used";
          default -> OF_GROUP.contains(setting) || setting.equals("dbname") ? null : "unknown here";
        };
    if (why != null) {
      notes.left(
          new Entry(
              database.name() + ": " + setting,
              database.at().values().get(setting),
              database.entry().at()),
          why);
    }
  }

  private String hosts(ConnectString at, Line line, ObjectNode source) {
    String[] hosts = at.get("host").orElse("127.0.0.1").split(",");
    String[] ports = at.get("port").orElse("5432").split(",");
    if (at.get("host").isEmpty() || hosts[0].startsWith("/")) {
      notes.at(line, "servers are reached by TCP, not by a Unix socket: 127.0.0.1 was written");
      hosts = new String[] {"127.0.0.1"};
    }
    Set<String> all = new LinkedHashSet<>();
    for (int i = 0; i < hosts.length; i++) {
      String host = hosts[i].strip();
      String port = ports.length > i ? ports[i].strip() : ports[0].strip();
      all.add((host.contains(":") ? "[" + host + "]" : host) + ":" + port);
    }
    if (all.size() > 1) {
      Documents.part(source, "cluster").put("kind", "postgres");
      notes.at(
          line,
          "several hosts: they are taken for a primary with its replicas (`cluster.kind`"
              + " \"postgres\"), and statements go to the primary, where PgBouncer goes round them");
    }
    return String.join(",", all);
  }

  private String nameFor(String database) {
    String base =
        database.equals(ANY)
            ? "main"
            : database.replaceAll("[^A-Za-z0-9_.-]", "_").replaceFirst("^(?=[.-])", "_");
    String name = base.length() > 60 ? base.substring(0, 60) : base;
    Set<String> taken = groups.keySet().stream().map(Group::name).collect(Collectors.toSet());
    for (int i = 2; taken.contains(name); i++) {
      name = base + "-" + i;
    }
    return name;
  }

  /** Each group needs ports of its own; PgBouncer has one for all. */
  private void listening() {
    int first = USUAL_PORT;
    Optional<Entry> port = said("listen_port");
    try {
      first = Integer.parseInt(value("listen_port", String.valueOf(USUAL_PORT)));
    } catch (NumberFormatException e) {
      notes.left(port.orElseThrow(), "the value is no number; " + USUAL_PORT + " was written");
    }
    int next = first;
    for (Group group : groups.keySet()) {
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
      String socket = value("unix_socket_dir", listens() ? "" : "/tmp");
      if (!socket.isEmpty()) {
        vdb.put("unixSocket", socket.replaceFirst("/*$", "") + "/.s.PGSQL." + next);
      }
      next++;
    }
    if (!listens()) {
      notes.say(
          "listen_addr is not set: PgBouncer listens on its Unix socket alone; a virtual database"
              + " has a port, too, on 127.0.0.1");
    }
    said("listen_addr")
        .filter(entry -> entry.value().contains(","))
        .ifPresent(
            entry -> notes.differs(entry, "a virtual database listens on one address: the first"));
  }

  private void address(ObjectNode vdb) {
    String address = listens() ? value("listen_addr", "") : "127.0.0.1";
    switch (address) {
      case "*" -> vdb.put("address", "0.0.0.0");
      case "localhost" -> vdb.put("address", "127.0.0.1");
      default -> vdb.put("address", address.split(",")[0].strip());
    }
  }

  // ---- settings

  private void setting(Entry entry) {
    String key = entry.key().toLowerCase(Locale.ROOT);
    if (ELSEWHERE.contains(key)) {
      return;
    }
    if (PgBouncerSettings.knows(key)) {
      PgBouncerSettings.take(
          new Entry(key, entry.value(), entry.at()), documents, groups.keySet(), notes);
    } else {
      notes.left(entry, "no setting of PgBouncer's that is known here");
    }
  }

  /** What holds in PgBouncer where nothing is written, and is something else here. */
  private void defaults() {
    Map.of("max_client_conn", "100", "client_login_timeout", "60", "server_connect_timeout", "15")
        .forEach(
            (key, value) -> {
              if (said(key).isEmpty()) {
                PgBouncerSettings.take(
                    new Entry(key, value, new Line(file, 0)), documents, groups.keySet(), notes);
              }
            });
  }

  /** The limit of a statement's text must not be beyond that of any message. */
  private void statementsAreMessages() {
    for (Group group : groups.keySet()) {
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

  private void ofDatabases() {
    groups.forEach(
        (group, database) -> {
          ConnectString at = database.at();
          Line line = database.entry().at();
          at.each("pool_size", size -> one("default_pool_size", size, line, group));
          for (String key :
              List.of(
                  "min_pool_size",
                  "max_db_connections",
                  "max_db_client_connections",
                  "server_lifetime")) {
            at.each(key, value -> one(key, value, line, group));
          }
        });
  }

  private void one(String key, String value, Line at, Group group) {
    PgBouncerSettings.take(new Entry(key, value, at), documents, List.of(group), notes);
  }

  private void poolMode() {
    groups.forEach(
        (group, database) -> {
          Optional<Entry> mode =
              database
                  .at()
                  .get("pool_mode")
                  .map(value -> new Entry("pool_mode", value, database.entry().at()))
                  .or(() -> said("pool_mode"));
          // PgBouncer's own default is session.
          String value = mode.map(Entry::value).orElse("session");
          documents.vdb(group.name()).put("multiplex", !value.equals("session"));
          if (value.equals("statement")) {
            notes.differs(
                mode.orElseThrow(), "transactions are allowed, and keep their server connection");
          }
        });
  }

  // ---- TLS

  private void tlsOfClients() throws CommandFailure {
    String mode = value("client_tls_sslmode", "disable");
    for (Group group : groups.keySet()) {
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
    String mode = value("server_tls_sslmode", "prefer");
    for (Group group : groups.keySet()) {
      ObjectNode tls = Documents.part(documents.source(group.name()), "tls");
      file("server_tls_cert_file", tls, "certificateFile");
      file("server_tls_key_file", tls, "keyFile");
      file("server_tls_ca_file", tls, "caFile");
      tls.put("mode", mode.equals("allow") ? "prefer" : mode);
    }
  }

  private void file(String key, ObjectNode tls, String name) throws CommandFailure {
    Optional<Entry> named = said(key);
    if (named.isPresent()) {
      Path path = absolute(named.get().value());
      if (!Files.isReadable(path)) {
        throw new CommandFailure(
            ExitCode.STARTUP,
            named.get().at()
                + ": "
                + named.get().shown()
                + ": "
                + path
                + " cannot be read: put the file there, or take the line out");
      }
      tls.put(name, path.toString());
    }
  }

  private Path absolute(String named) {
    return file.toAbsolutePath().resolveSibling(named).normalize();
  }

  // ---- log-ins

  private void logIns() throws CommandFailure {
    boolean tls = said("client_tls_cert_file").isPresent();
    String type = value("auth_type", "md5");
    if (type.equals("hba")) {
      linesOfHba(tls);
      return;
    }
    for (Group group : groups.keySet()) {
      ObjectNode rule = documents.vdb(group.name()).putArray("auth").addObject();
      switch (type) {
        case "md5" -> rule.put("method", "md5");
        case "plain", "cert" -> {
          if (tls) {
            rule.put("type", "hostssl").put("method", type.equals("cert") ? "cert" : "password");
          } else {
            rule.put("method", "scram-sha-256");
          }
        }
        // Without an address it let in who could reach its Unix socket: a port is for more.
        case "trust", "any" -> rule.put("method", listens() ? "trust" : "scram-sha-256");
        default -> rule.put("method", "scram-sha-256");
      }
    }
    said("auth_type").ifPresent(entry -> about(entry, tls));
    withoutUse(type);
  }

  private void linesOfHba(boolean tls) throws CommandFailure {
    Entry type = settings.get("auth_type");
    Entry named = settings.get("auth_hba_file");
    if (named == null) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION, type.at() + ": auth_type is hba, and there is no auth_hba_file");
    }
    HbaFile hba = HbaFile.read(absolute(named.value()), documents, tls, notes);
    for (Group group : groups.keySet()) {
      ObjectNode vdb = documents.vdb(group.name());
      ArrayNode auth = vdb.putArray("auth");
      hba.rules().forEach(rule -> rule.into(auth, group));
      if (hba.hasLocalLines() && vdb.remove("unixSocket") != null) {
        notes.differs(
            named, "its lines for the Unix socket have no counterpart: there is no socket");
      }
    }
  }

  /** Whom the method never lets in, a node takes for a mistake. */
  private void withoutUse(String type) {
    if (Set.of("trust", "any", "cert").contains(type)) {
      return;
    }
    for (String name : documents.users()) {
      ObjectNode user = documents.user(name);
      boolean md5 = user.path("verifier").asText().startsWith("md5");
      if (user.isEmpty() || md5 && !type.equals("md5") && !type.equals("plain")) {
        documents.withoutUser(name);
        notes.say(
            "user "
                + name
                + " is left out: auth_type "
                + type
                + (md5 ? " does not take an md5 verifier" : " needs a password"));
      }
    }
  }

  private void about(Entry type, boolean tls) {
    switch (type.value()) {
      case "plain", "cert" ->
          notes.differs(
              type,
              tls
                  ? "it is taken inside TLS only"
                  : "it is taken inside TLS only, and clients have none: scram-sha-256 was written");
      case "trust", "any" ->
          notes.differs(
              type,
              listens()
                  ? "nobody has to prove anything, as before; users need a document"
                  : "it was for the Unix socket alone: scram-sha-256 was written");
      case "pam", "ldap" -> notes.left(type, "there is no such method; scram-sha-256 was written");
      default -> {}
    }
  }

  /** Whether it listens on more than its Unix socket. */
  private boolean listens() {
    return !value("listen_addr", "").isBlank();
  }

  private void users() {
    for (String right : List.of("admin_users", "stats_users")) {
      said(right)
          .ifPresent(
              entry ->
                  names(entry.value())
                      .forEach(name -> right(entry, name, right.equals("admin_users"))));
    }
    for (Entry entry : ini.section("users")) {
      ofUser(entry);
    }
    if (documents.count("users") == 0) {
      notes.say("there is no user yet: write a document for each, or nobody can log in");
    }
  }

  private static Set<String> names(String list) {
    Set<String> names = new LinkedHashSet<>(List.of(list.split(",")));
    return names.stream()
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private void right(Entry entry, String name, boolean admin) {
    if (documents.hasUser(name)) {
      documents.user(name).put(admin ? "admin" : "stats", true);
    } else {
      notes.left(entry, "there is no user " + name + " in the file of users: it has no password");
    }
  }

  private void ofUser(Entry entry) {
    ConnectString.parse(entry.value())
        .ifPresent(
            said ->
                said.values()
                    .forEach(
                        (key, value) -> {
                          Entry one = new Entry(entry.key() + ": " + key, value, entry.at());
                          String setting =
                              switch (key) {
                                case "max_user_connections" -> "maxServerConnections";
                                case "max_user_client_connections" -> "maxClients";
                                default -> null;
                              };
                          if (setting == null) {
                            notes.left(
                                one, "it is a setting of the virtual database, for all users");
                          } else if (!documents.hasUser(entry.key())) {
                            notes.left(one, "there is no such user in the file of users");
                          } else {
                            number(one, setting);
                          }
                        }));
  }

  private void number(Entry entry, String setting) {
    try {
      documents
          .user(entry.key().substring(0, entry.key().indexOf(':')))
          .put(setting, Integer.parseInt(entry.value()));
    } catch (NumberFormatException e) {
      notes.left(entry, "the value is no number");
    }
  }
}
