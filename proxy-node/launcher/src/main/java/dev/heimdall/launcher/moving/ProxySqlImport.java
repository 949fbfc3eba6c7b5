package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.model.LimitSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The tables and variables of one of ProxySQL's engines, as documents. */
final class ProxySqlImport {
  /** Defaults of ProxySQL that are different here. */
  private static final SortedMap<String, String> DEFAULTS =
      new TreeMap<>(
          Map.of(
              "max_connections", "2048",
              "connect_timeout_server", "1000",
              "connect_timeout_server_max", "10000",
              "connection_max_age_ms", "0"));

  private static final String SERVERS_ALIKE =
      "`tls` and `cluster` of a data source are for all its servers";

  /** Tables without a counterpart. */
  private static final Map<String, String> NOWHERE =
      Map.of(
          "global_variables",
              "a file has these settings in mysql_variables, pgsql_variables and admin_variables",
          "scheduler", "nodes run no scripts",
          "restapi", "nodes run no scripts",
          "proxysql_servers", "there is no counterpart",
          "clickhouse_users", "there is no counterpart",
          "clickhouse_variables", "there is no counterpart",
          "mysql_servers_ssl_params", SERVERS_ALIKE,
          "pgsql_servers_ssl_params", SERVERS_ALIKE,
          "mysql_hostgroup_attributes", SERVERS_ALIKE,
          "mysql_query_rules_fast_routing",
              "rules with `users:` and `catalog:` send statements elsewhere");

  /** ProxySQL's own monitor, by name and password. */
  private static final String MONITOR = "monitor";

  private final ProxySqlCnf cnf;
  private final ProxySqlEngine engine;
  private final Documents documents;
  private final Notes notes;
  private final Map<String, Entry> variables = new LinkedHashMap<>();
  private final ProxySqlHostgroups hostgroups;

  private ProxySqlImport(ProxySqlCnf cnf, ProxySqlEngine engine, Documents documents, Notes notes)
      throws CommandFailure {
    this.cnf = cnf;
    this.engine = engine;
    this.documents = documents;
    this.notes = notes;
    DEFAULTS.forEach((name, value) -> variables.put(name, new Entry(name, value, cnf.itself())));
    for (Entry entry : cnf.variables(engine.table("variables"))) {
      variables.put(entry.key(), entry);
    }
    this.hostgroups = ProxySqlHostgroups.read(cnf, engine, documents, notes);
  }

  static Imported read(Path file) throws CommandFailure {
    ProxySqlCnf cnf = ProxySqlCnf.read(file);
    Documents documents = new Documents();
    Notes notes = new Notes();
    boolean any = false;
    for (ProxySqlEngine engine : ProxySqlEngine.values()) {
      ProxySqlImport work = new ProxySqlImport(cnf, engine, documents, notes);
      if (!work.hostgroups.all().isEmpty()) {
        work.all();
        any = true;
      }
    }
    if (!any) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION,
          cnf
              + " has no server that is in use in mysql_servers or pgsql_servers; what ProxySQL has"
              + " now is written by SELECT CONFIG INTO OUTFILE in its admin interface");
    }
    elsewhere(cnf, notes);
    return new Imported(documents, notes);
  }

  /** Notes the other content of the file. */
  private static void elsewhere(ProxySqlCnf cnf, Notes notes) throws CommandFailure {
    Places ofConsole = ProxySqlVariables.ofConsole();
    cnf.variables("admin_variables").forEach(entry -> ofConsole.leave(entry, notes));
    for (String name : cnf.names()) {
      Optional<String> why = Optional.ofNullable(NOWHERE.get(name));
      if (why.isPresent() ? !cnf.isEmpty(name) : !isRead(name)) {
        notes.left(cnf.at(name), name + ": " + why.orElse("it is no section that ProxySQL reads"));
      }
    }
  }

  private static boolean isRead(String name) {
    return name.startsWith("mysql_") || name.startsWith("pgsql_") || name.equals("admin_variables");
  }

  private void all() throws CommandFailure {
    ProxySqlUsers users = new ProxySqlUsers(engine, hostgroups, documents, notes);
    users.read(cnf);
    List<ProxySqlCluster> served = served(users);
    listening(served);
    Places places = ProxySqlVariables.all();
    List<String> names = hostgroups.all().stream().map(ProxySqlCluster::name).toList();
    List<String> vdbs = served.stream().map(ProxySqlCluster::name).toList();
    for (Entry entry : variables.values()) {
      places.take(entry, documents, names, vdbs, notes);
    }
    ProxySqlRules rules = ProxySqlRules.read(cnf, engine, hostgroups, documents, notes);
    for (ProxySqlCluster cluster : served) {
      vdb(cluster, users.of(cluster));
      rules.into(cluster, users.of(cluster));
    }
    for (ProxySqlCluster cluster : hostgroups.all()) {
      monitor(documents.source(cluster.name()));
      tls(documents.source(cluster.name()));
    }
  }

  /** The clusters that users begin at, the one of most users first. */
  private List<ProxySqlCluster> served(ProxySqlUsers users) {
    List<ProxySqlCluster> served =
        new ArrayList<>(
            hostgroups.all().stream()
                .filter(cluster -> !users.of(cluster).isEmpty())
                .sorted(
                    Comparator.comparing((ProxySqlCluster cluster) -> -users.of(cluster).size()))
                .toList());
    if (served.isEmpty()) {
      served.add(hostgroups.all().get(0));
    }
    return served;
  }

  private Optional<Entry> said(String name) {
    return Optional.ofNullable(variables.get(name));
  }

  private void listening(List<ProxySqlCluster> served) throws CommandFailure {
    Line at = said("interfaces").map(Entry::at).orElse(cnf.itself());
    ObjectNode first = documents.vdb(served.get(0).name());
    ArrayNode ports = first.putArray("ports");
    int last = 0;
    String interfaces = said("interfaces").map(Entry::value).orElse(engine.interfaces());
    for (String one : interfaces.split(";")) {
      String place = one.strip();
      int colon = place.lastIndexOf(':');
      if (place.startsWith("/")) {
        first.put("unixSocket", place);
      } else if (colon < 0 || !place.substring(colon + 1).matches("[0-9]{1,5}")) {
        throw new CommandFailure(
            ExitCode.CONFIGURATION, at + ": interfaces: expected address:port in " + place);
      } else {
        String address = place.substring(0, colon).replaceAll("[\\[\\]]", "");
        if (first.has("address") && !first.path("address").asText().equals(address)) {
          notes.left(at, "interfaces = " + place + ": a virtual database listens on one address");
          continue;
        }
        first.put("address", address);
        last = Integer.parseInt(place.substring(colon + 1));
        ports.add(last);
      }
    }
    if (ports.isEmpty()) {
      first.put("address", "127.0.0.1");
      last = Integer.parseInt(engine.interfaces().replaceFirst(".*:", ""));
      ports.add(last);
      notes.at(at, "a virtual database has a port, too: " + last + " on 127.0.0.1");
    }
    for (ProxySqlCluster cluster : served.subList(1, served.size())) {
      ObjectNode vdb = documents.vdb(cluster.name());
      vdb.put("address", first.path("address").asText()).putArray("ports").add(++last);
      notes.say(
          ("virtual database %s listens on port %d: it is for the users whose default_hostgroup is"
                  + " among %s, and their clients have to connect there")
              .formatted(cluster.name(), last, cluster.hostgroups()));
    }
  }

  private void vdb(ProxySqlCluster cluster, List<ProxySqlUsers.Member> users) {
    ObjectNode vdb = documents.vdb(cluster.name());
    vdb.put("source", cluster.name());
    boolean known = users.stream().allMatch(user -> documents.user(user.name()).has("password"));
    vdb.put("credentials", known ? "user" : "passthrough");
    hostgroups
        .maxConnections(cluster)
        .ifPresent(
            most -> Documents.part(vdb, "pool").put("size", most).put("maxConnections", most));
    ArrayNode auth = vdb.putArray("auth");
    for (ProxySqlUsers.Member user : users) {
      if (user.inTlsOnly()) {
        // Without a certificate no client has TLS.
        auth.addObject().put("method", "reject").putArray("users").add(user.name());
        notes.say(
            "user "
                + user.name()
                + " may log in inside TLS only (use_ssl) and is rejected: give virtual database "
                + cluster.name()
                + " a certificate, and make its rule in `auth` one of the type \"hostssl\"");
      }
    }
    if (users.isEmpty()) {
      auth.addObject().put("method", "reject");
    } else {
      // No other: with "passthrough" the server would decide on its root, too.
      ArrayNode named = auth.addObject().put("method", method()).putArray("users");
      users.forEach(user -> named.add(user.name()));
    }
    long statement = vdb.path("limits").path("maxStatementSize").asLong();
    if (statement > LimitSettings.defaults().maxMessageSize()) {
      Documents.part(vdb, "limits")
          .put("maxStatementSize", LimitSettings.defaults().maxMessageSize());
    }
  }

  /** Method by which ProxySQL asks clients for their passwords. */
  private String method() {
    Optional<Entry> said = said("authentication_method");
    if (engine == ProxySqlEngine.MYSQL || said.isEmpty()) {
      return engine.method();
    }
    if (said.get().value().equals("2")) {
      return "md5";
    }
    if (said.get().value().equals("1")) {
      notes.differs(said.get(), "clear text is taken inside TLS only: scram-sha-256 was written");
    }
    return engine.method();
  }

  /** Credentials by which nodes probe servers. */
  private void monitor(ObjectNode source) {
    source.put("user", said("monitor_username").map(Entry::value).orElse(MONITOR));
    source.put("password", said("monitor_password").map(Entry::value).orElse(MONITOR));
    notes.sayOnce(
        "nodes probe servers as the user %s%s, whose password is in each data source%s: see clusters.md for the rights that it needs"
            .formatted(
                source.path("user").asText(),
                ofMonitor("monitor_username"),
                ofMonitor("monitor_password")));
  }

  private String ofMonitor(String name) {
    return said(name).isPresent()
        ? " (" + name + ")"
        : " (ProxySQL's own: there is no %s in %s)".formatted(name, engine.table("variables"));
  }

  private void tls(ObjectNode source) throws CommandFailure {
    ObjectNode tls = Documents.part(source, "tls");
    file("ssl_p2s_ca", tls, "caFile");
    file("ssl_p2s_cert", tls, "certificateFile");
    file("ssl_p2s_key", tls, "keyFile");
    if (tls.has("caFile") && tls.path("mode").asText().equals("require")) {
      tls.put("mode", "verify-ca");
    }
  }

  private void file(String variable, ObjectNode tls, String name) throws CommandFailure {
    Optional<Entry> named = said(variable).filter(entry -> !entry.value().isEmpty());
    if (named.isPresent()) {
      tls.put(name, cnf.readable(named.get()));
    }
  }
}
