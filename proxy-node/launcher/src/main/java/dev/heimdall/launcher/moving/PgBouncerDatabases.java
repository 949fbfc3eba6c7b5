package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.model.VirtualDatabase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** PgBouncer's section {@code [databases]} as data sources and virtual databases. */
final class PgBouncerDatabases {
  /** Settings of a database, each with that of all databases which it goes before. */
  private static final SortedMap<String, String> OWN_SETTINGS =
      new TreeMap<>(
          Map.of(
              "pool_size", "default_pool_size",
              "min_pool_size", "min_pool_size",
              "max_db_connections", "max_db_connections",
              "max_db_client_connections", "max_db_client_connections",
              "server_lifetime", "server_lifetime"));

  /** Parameters that a server connection begins with. */
  private static final List<String> PARAMETERS =
      List.of("timezone", "datestyle", "client_encoding", "application_name");

  /** Settings that every database of a group must have alike. */
  private static final Set<String> ALIKE =
      Stream.of(
              Set.of("host", "port", "user", "password", "pool_mode"),
              Set.of("auth_user", "auth_query", "auth_dbname"),
              OWN_SETTINGS.keySet(),
              PARAMETERS)
          .flatMap(names -> names.stream())
          .collect(Collectors.toSet());

  private static final String NO_RESERVE =
      "there is no reserve: `pool.size` is all that a pool may open";

  /** Settings of a database without a counterpart. */
  private static final Map<String, String> NOWHERE =
      Map.of(
          "connect_query",
          "`parameters` of the data source set what a connection begins with",
          "reserve_pool_size",
          NO_RESERVE,
          "reserve_pool",
          NO_RESERVE,
          "load_balance_hosts",
          "`cluster` of the data source says how several servers are used");

  private final Documents documents;
  private final Notes notes;
  private final List<Group> groups = new ArrayList<>();

  private record Database(Entry entry, String name, ConnectString at) {}

  private PgBouncerDatabases(Documents documents, Notes notes) {
    this.documents = documents;
    this.notes = notes;
  }

  /**
   * Makes the documents, with what servers and names are.
   *
   * @return what each of them is for, the largest group first
   */
  static List<Group> read(PgBouncerIni ini, Documents documents, Notes notes)
      throws CommandFailure {
    PgBouncerDatabases work = new PgBouncerDatabases(documents, notes);
    work.all(ini);
    return work.groups;
  }

  private void all(PgBouncerIni ini) throws CommandFailure {
    Map<Map<String, String>, List<Database>> alike = new LinkedHashMap<>();
    for (Entry entry : ini.section("databases")) {
      String name = entry.key().replaceAll("^\"|\"$", "");
      Optional<ConnectString> at = ConnectString.parse(entry.value());
      if (at.isEmpty()) {
        throw new CommandFailure(
            ExitCode.CONFIGURATION,
            entry.at() + ": the connection string of database " + name + " cannot be read");
      }
      Map<String, String> key = new TreeMap<>(at.get().values());
      key.keySet().retainAll(ALIKE);
      alike.computeIfAbsent(key, any -> new ArrayList<>()).add(new Database(entry, name, at.get()));
    }
    if (alike.isEmpty()) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION, ini + " has no database in its section [databases]");
    }
    alike.values().stream()
        .sorted(Comparator.comparing((List<Database> each) -> -each.size()))
        .forEach(this::group);
  }

  private void group(List<Database> members) {
    Database first = members.get(0);
    Group group = new Group(nameFor(first.name()), new TreeMap<>(), first.at(), first.entry().at());
    for (Database member : members) {
      group.databases().put(member.name(), member.at().get("dbname").orElse(member.name()));
      member.at().values().keySet().forEach(setting -> notCarried(member, setting));
    }
    source(group, documents.source(group.name()));
    ObjectNode vdb = documents.vdb(group.name());
    vdb.put("source", group.name());
    ObjectNode names = vdb.putObject("databases");
    group.databases().forEach(names::put);
    groups.add(group);
  }

  private void source(Group group, ObjectNode source) {
    ConnectString at = group.common();
    String database =
        group.databases().values().stream()
            .filter(name -> !name.equals(VirtualDatabase.ANY_DATABASE))
            .findFirst()
            .orElse("");
    source.put("url", "jdbc:postgresql://" + hosts(group, source) + "/" + database);
    at.each("user", user -> source.put("user", user));
    at.each("password", password -> source.put("password", password));
    for (String parameter : PARAMETERS) {
      at.each(parameter, text -> Documents.part(source, "parameters").put(parameter, text));
    }
  }

  private void notCarried(Database database, String setting) {
    if (!ALIKE.contains(setting) && !setting.equals("dbname")) {
      notes.left(
          new Entry(
              database.name() + ": " + setting,
              database.at().values().get(setting),
              database.entry().at()),
          NOWHERE.getOrDefault(setting, "unknown here"));
    }
  }

  private String hosts(Group group, ObjectNode source) {
    ConnectString at = group.common();
    String[] hosts = at.get("host").orElse("127.0.0.1").split(",");
    String[] ports = at.get("port").orElse("5432").split(",");
    if (at.get("host").isEmpty() || hosts[0].startsWith("/")) {
      notes.at(
          group.at(), "servers are reached by TCP, not by a Unix socket: 127.0.0.1 was written");
      hosts = new String[] {"127.0.0.1"};
    }
    Set<String> all = new LinkedHashSet<>();
    for (int i = 0; i < hosts.length; i++) {
      String host = hosts[i].strip();
      String port = ports.length > i ? ports[i].strip() : ports[0].strip();
      all.add(Addresses.of(host, port));
    }
    if (all.size() > 1) {
      Documents.part(source, "cluster").put("kind", "postgres");
      notes.at(
          group.at(),
          "several hosts: they are taken for a primary with its replicas (`cluster.kind`"
              + " \"postgres\"), and statements go to the primary, where PgBouncer goes round them");
    }
    return String.join(",", all);
  }

  private String nameFor(String database) {
    String base =
        database.equals(VirtualDatabase.ANY_DATABASE)
            ? "main"
            : database.replaceAll("[^A-Za-z0-9_.-]", "_").replaceFirst("^(?=[.-])", "_");
    String name = base.length() > 60 ? base.substring(0, 60) : base;
    Set<String> taken = groups.stream().map(Group::name).collect(Collectors.toSet());
    for (int i = 2; taken.contains(name); i++) {
      name = base + "-" + i;
    }
    return name;
  }

  /** Writes the settings of single databases, which go before those for all. */
  static void ownSettings(List<Group> groups, Places places, Documents documents, Notes notes) {
    for (Group group : groups) {
      OWN_SETTINGS.forEach(
          (own, general) ->
              group
                  .common()
                  .each(
                      own,
                      value ->
                          places.take(
                              new Entry(general, value, group.at()),
                              documents,
                              List.of(group.name()),
                              List.of(group.name()),
                              notes)));
    }
  }
}
