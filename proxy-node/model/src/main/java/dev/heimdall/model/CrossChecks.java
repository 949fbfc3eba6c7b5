package dev.heimdall.model;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks of dependencies between documents, and the configuration that they make together. */
final class CrossChecks {
  private static final int MOST_FILES = 3;

  private final Document<NodeSettings> node;
  private final Map<String, Document<DataSource>> sources;
  private final Map<String, Document<Driver>> drivers;
  private final Map<String, Document<VirtualDatabase>> vdbs;
  private final Map<String, Document<RuleList>> rules;
  private final Map<String, Document<RuleList>> learned;
  private final Map<String, Document<User>> users;

  CrossChecks(
      Document<NodeSettings> node,
      Map<String, Document<DataSource>> sources,
      Map<String, Document<Driver>> drivers,
      Map<String, Document<VirtualDatabase>> vdbs,
      Map<String, Document<RuleList>> rules,
      Map<String, Document<RuleList>> learned,
      Map<String, Document<User>> users) {
    this.node = node;
    this.sources = sources;
    this.drivers = drivers;
    this.vdbs = vdbs;
    this.rules = rules;
    this.learned = learned;
    this.users = users;
  }

  void all() {
    sources.values().forEach(d -> d.check((source, in) -> ClusterChecks.used(source, in, drivers)));
    vdbs.values().forEach(d -> d.check(this::vdb));
    ports();
    sockets();
    new RuleReferences(node, sources, vdbs, rules).all();
    users.values().forEach(d -> d.check(this::user));
  }

  private void vdb(VirtualDatabase vdb, Reading in) {
    source(vdb, in);
    if (knowsEngine(vdb)) {
      engine(vdb, in).all();
    }
    cache(vdb, in);
    authQuery(vdb, in);
    adminDatabase(vdb, in);
    ruleNames(vdb, in);
  }

  /** Checks that a named object exists. */
  static void named(
      String name,
      Map<String, ? extends Document<?>> documents,
      String folder,
      String path,
      Reading in) {
    if (in.sound(path) && !documents.containsKey(name)) {
      in.problem(
          path,
          JsonValue.quote(name),
          "the name of a document in " + folder + known(documents.keySet()),
          in.nearest(name, documents.keySet()));
    }
  }

  /** The result, when there are no problems. */
  Configuration configuration() {
    Map<String, DataSource> sourceValues = values(sources);
    Map<String, Driver> driverValues = Driver.builtIn();
    driverValues.putAll(values(drivers));
    Map<String, VirtualDatabase> vdbValues = new TreeMap<>();
    values(vdbs)
        .forEach(
            (name, vdb) -> {
              VdbEngineChecks engine = engine(vdb, vdbs.get(name).in());
              vdbValues.put(
                  name,
                  vdb.resolved(credentials(vdb), engine.rules(), engine.delaysTransactions()));
            });
    Map<String, DataSource> pending = new TreeMap<>(sourceValues);
    pending.keySet().removeIf(name -> !isPending(name));
    Map<String, VirtualDatabase> waiting = new TreeMap<>(vdbValues);
    waiting
        .values()
        .removeIf(
            vdb ->
                !pending.containsKey(vdb.source())
                    && Collections.disjoint(vdb.ruleSources(), pending.keySet()));
    sourceValues.keySet().removeAll(pending.keySet());
    vdbValues.keySet().removeAll(waiting.keySet());
    return new Configuration(
        node.value().orElseThrow(),
        sourceValues,
        driverValues,
        vdbValues,
        LearnedRules.merged(values(rules), values(learned)),
        values(users),
        new SourcesByArn(arns(), pending, waiting));
  }

  /** True if the addresses of a source's servers are unknown, in this region or at this time. */
  private boolean isPending(String source) {
    Reading in = sources.get(source).in();
    return in.pending() || !in.written("$.url");
  }

  private Map<String, String> arns() {
    Map<String, String> arns = new TreeMap<>();
    sources.forEach(
        (name, document) -> document.in().arnAlone().ifPresent(arn -> arns.put(name, arn)));
    return arns;
  }

  /** True if it is known what the clients of a virtual database speak; the default counts. */
  private boolean knowsEngine(VirtualDatabase vdb) {
    Document<DataSource> source = sources.get(vdb.source());
    return source == null || source.in().sound("$.engine");
  }

  private static <T> Map<String, T> values(Map<String, Document<T>> documents) {
    Map<String, T> values = new TreeMap<>();
    documents.forEach((name, document) -> values.put(name, document.value().orElseThrow()));
    return values;
  }

  private Optional<DataSource> sourceOf(VirtualDatabase vdb) {
    return Optional.ofNullable(sources.get(vdb.source())).flatMap(Document::value);
  }

  /** By the engine that its data source has, as far as that is known. */
  private VdbEngineChecks engine(VirtualDatabase vdb, Reading in) {
    return new VdbEngineChecks(
        vdb, sourceOf(vdb).map(DataSource::engine).orElse(Engine.usual()), in);
  }

  private Credentials credentials(VirtualDatabase vdb) {
    if (vdb.credentials() != null) {
      return vdb.credentials();
    }
    return sourceOf(vdb).filter(DataSource::hasLogin).isPresent()
        ? Credentials.SOURCE
        : Credentials.PASSTHROUGH;
  }

  private void source(VirtualDatabase vdb, Reading in) {
    if (!in.sound("$.source")) {
      return;
    }
    Document<DataSource> source = sources.get(vdb.source());
    if (source == null) {
      named(vdb.source(), sources, "sources", "$.source", in);
      return;
    }
    if (in.sound("$.credentials")
        && vdb.credentials() == Credentials.SOURCE
        && source.in().sound("$.user", "$.credentials.secret")
        && source.value().isPresent()
        && !source.value().get().hasLogin()) {
      in.problem(
          "$.credentials",
          "\"source\"",
          "\"passthrough\" or \"user\", or a \"user\" or \"credentials.secret\" in "
              + source.in().file());
    }
  }

  /** Checks that the source's servers provide the information which the cache relies on. */
  private void cache(VirtualDatabase vdb, Reading in) {
    Document<DataSource> document = sources.get(vdb.source());
    if (!vdb.cache().enabled()
        || !in.sound("$.cache.enabled", "$.source")
        || document == null
        || document.value().isEmpty()) {
      return;
    }
    DataSource source = document.value().get();
    if (!source.cluster().watched() && document.in().sound("$.cluster.kind")) {
      in.problem(
          "$.cache.enabled",
          "true",
          "false, or a \"cluster.kind\" other than \"none\" in "
              + document.in().file()
              + ": the node must notice when another server is the writer");
    } else if (!source.catalog().enabled() && document.in().sound("$.catalog.enabled")) {
      in.problem(
          "$.cache.enabled",
          "true",
          "false, or \"catalog.enabled\" true in "
              + document.in().file()
              + ": without it nobody knows which tables a result is from");
    }
  }

  /** Checks that a user is available for the query. */
  private void authQuery(VirtualDatabase vdb, Reading in) {
    if (vdb.authQuery().enabled()
        && vdb.authQuery().user().isEmpty()
        && in.sound("$.authQuery.enabled", "$.authQuery.user", "$.source")
        && sourceOf(vdb).filter(source -> !source.hasLogin()).isPresent()) {
      in.problem(
          "$.authQuery.user",
          "nothing",
          "the user who queries, here or as \"user\" in " + sources.get(vdb.source()).in().file());
    }
  }

  private void adminDatabase(VirtualDatabase vdb, Reading in) {
    String path =
        node.value()
            .map(settings -> Reading.member("$.databases", settings.adminDatabase()))
            .orElse("$");
    if (node.value().isPresent()
        && node.in().sound("$.adminDatabase")
        && in.sound(path)
        && vdb.databases().containsKey(node.value().get().adminDatabase())) {
      in.problem(
          path,
          "the database " + JsonValue.quote(node.value().get().adminDatabase()),
          "another name, because \"adminDatabase\" of node.json takes this one");
    }
  }

  private void ruleNames(VirtualDatabase vdb, Reading in) {
    for (int i = 0; i < vdb.auth().size(); i++) {
      AuthRule rule = vdb.auth().get(i);
      String path = "$.auth[" + i + "]";
      if (rule.method() == AuthMethod.LDAP
          && in.sound(path + ".method")
          && node.in().sound("$.ldap.servers")
          && node.value().filter(n -> n.ldap().any()).isEmpty()) {
        in.problem(
            path + ".method",
            "\"ldap\"",
            "another method, or the directory's servers as \"ldap.servers\" in node.json");
      }
      for (int j = 0; j < rule.databases().size(); j++) {
        ruleDatabase(vdb, rule.databases().get(j), path + ".databases[" + j + "]", in);
      }
      for (int j = 0; j < rule.users().size(); j++) {
        ruleUser(vdb, rule, rule.users().get(j), path, j, in);
      }
    }
  }

  private void ruleDatabase(VirtualDatabase vdb, String database, String path, Reading in) {
    boolean known =
        database.equals(AuthRule.ALL)
            || vdb.databases().containsKey(database)
            || vdb.databases().containsKey(VirtualDatabase.ANY_DATABASE)
            || node.value().filter(n -> n.consoleDatabase(database, vdb)).isPresent();
    if (!known && in.sound(path, "$.databases") && node.in().sound("$.adminDatabase")) {
      List<String> names = namesAndAll(vdb.databases().keySet(), in);
      in.problem(
          path,
          JsonValue.quote(database),
          "\"all\" or a key of \"databases\"" + known(vdb.databases().keySet()),
          in.nearest(database, names));
    }
  }

  private void ruleUser(
      VirtualDatabase vdb, AuthRule rule, String user, String path, int index, Reading in) {
    String at = path + ".users[" + index + "]";
    if (user.equals(AuthRule.ALL)
        || users.containsKey(user)
        || !in.sound(at, path + ".method", "$.credentials", "$.source")
        || rule.method() == AuthMethod.REJECT
        || rule.method() == AuthMethod.LDAP
        || (rule.method() == AuthMethod.PASSWORD && credentials(vdb) == Credentials.PASSTHROUGH)) {
      return;
    }
    List<String> names = namesAndAll(users.keySet(), in);
    in.problem(
        at,
        JsonValue.quote(user),
        "\"all\" or the name of a document in users" + known(users.keySet()),
        in.nearest(user, names));
  }

  /** Returns the names that a name is compared with, unless there are enough problems to report. */
  private static List<String> namesAndAll(Set<String> known, Reading in) {
    if (in.problems().isFull()) {
      return List.of();
    }
    List<String> names = new ArrayList<>(known);
    names.add(AuthRule.ALL);
    return names;
  }

  /** Every listener of the node, in the order in which a collision is blamed on the later. */
  private void ports() {
    Map<Integer, List<Listener>> listeners = new HashMap<>();
    node.value()
        .filter(n -> n.http().enabled() && node.in().sound("$.http"))
        .ifPresent(
            n ->
                listen(
                    new Listener(
                        n.http().address(), n.http().port(), "the HTTP endpoint, node.json"),
                    listeners));
    vdbs.values()
        .forEach(
            d ->
                d.check(
                    (vdb, in) -> {
                      for (int i = 0; i < vdb.ports().size(); i++) {
                        port(vdb, i, in, listeners);
                      }
                    }));
  }

  private static void listen(Listener listener, Map<Integer, List<Listener>> listeners) {
    listeners.computeIfAbsent(listener.port(), port -> new ArrayList<>()).add(listener);
  }

  private void sockets() {
    Map<String, String> owners = new HashMap<>();
    vdbs.forEach(
        (name, document) ->
            document
                .value()
                .flatMap(VirtualDatabase::unixSocket)
                .filter(path -> document.in().sound("$.unixSocket"))
                .ifPresent(
                    path -> {
                      String owner = owners.putIfAbsent(path, document.in().file());
                      if (owner != null) {
                        document
                            .in()
                            .problem(
                                "$.unixSocket",
                                JsonValue.quote(path),
                                "a socket of its own: " + owner + " listens on it");
                      }
                    }));
  }

  private static void port(
      VirtualDatabase vdb, int index, Reading in, Map<Integer, List<Listener>> listeners) {
    String path = "$.ports[" + index + "]";
    int port = vdb.ports().get(index);
    if (port == 0 || !in.sound(path, "$.address")) {
      return;
    }
    Listener mine = new Listener(vdb.address(), port, in.file());
    for (Listener other : listeners.getOrDefault(port, List.of())) {
      if (!other.owner().equals(in.file()) && mine.collides(other)) {
        in.problem(
            path,
            port + " on " + vdb.address(),
            "a port of its own: "
                + other.owner()
                + " listens on "
                + other.port()
                + " of "
                + other.address());
        return;
      }
    }
    listen(mine, listeners);
  }

  private record Listener(String address, int port, String owner) {
    boolean collides(Listener other) {
      if (port != other.port || port == 0) {
        return false;
      }
      Optional<InetAddress> mine = IpLiteral.parse(address);
      Optional<InetAddress> theirs = IpLiteral.parse(other.address);
      // Whether "::" takes IPv4 too is up to the system, so any wildcard is taken for everything.
      return mine.equals(theirs)
          || mine.filter(InetAddress::isAnyLocalAddress).isPresent()
          || theirs.filter(InetAddress::isAnyLocalAddress).isPresent();
    }
  }

  private void user(User user, Reading in) {
    for (int i = 0; i < user.vdbs().size(); i++) {
      named(user.vdbs().get(i), vdbs, "vdbs", "$.vdbs[" + i + "]", in);
    }
    if (!in.sound("$.password", "$.verifier", "$.vdbs") || canLogIn(user)) {
      return;
    }
    List<String> entered =
        vdbs.keySet().stream()
            .filter(vdb -> user.vdbs().isEmpty() || user.vdbs().contains(vdb))
            .toList();
    List<String> methods =
        entered.stream().flatMap(vdb -> methods(vdbs.get(vdb), user)).distinct().toList();
    if (methods.isEmpty()) {
      in.problem(
          "$",
          "the user " + JsonValue.quote(user.name()) + ", whom no rule of \"auth\" lets in",
          "that name or \"all\" among the \"users\" of a rule of \"auth\" in " + files(entered));
    } else if (user.password().isEmpty() && user.verifier().isEmpty()) {
      in.problem(
          "$.password",
          "nothing",
          "a \"password\" or a \"verifier\" for " + rules(methods, entered));
    } else {
      in.problem(
          user.password().isPresent() ? "$.password" : "$.verifier",
          Secret.MASK,
          "what " + rules(methods, entered) + " can check: a \"password\", or a verifier of it");
    }
  }

  /**
   * Returns the methods by which the rules that name a user, and let clients in, check the
   * identity.
   */
  private Stream<String> methods(Document<VirtualDatabase> document, User user) {
    return engine(document.value().orElseThrow(), document.in()).rules().stream()
        .filter(rule -> isNamed(user, rule) && rule.method() != AuthMethod.REJECT)
        .map(rule -> JsonValue.quote(rule.method().spelling()));
  }

  private static String rules(List<String> methods, List<String> entered) {
    return "the method " + String.join(" or ", methods) + " of \"auth\" in " + files(entered);
  }

  /** A few of the documents, which exist. */
  private static String files(List<String> entered) {
    return entered.stream()
            .limit(MOST_FILES)
            .map(vdb -> "vdbs/" + vdb + ".json")
            .collect(Collectors.joining(" or "))
        + (entered.size() > MOST_FILES ? " or others" : "");
  }

  private static boolean isNamed(User user, AuthRule rule) {
    return rule.users().contains(AuthRule.ALL) || rule.users().contains(user.name());
  }

  /** True if any VDB's rules could ever let the user in; yes where something is not known. */
  private boolean canLogIn(User user) {
    for (Map.Entry<String, Document<VirtualDatabase>> entry : vdbs.entrySet()) {
      if (!user.vdbs().isEmpty() && !user.vdbs().contains(entry.getKey())) {
        continue;
      }
      Document<VirtualDatabase> document = entry.getValue();
      if (document.value().isEmpty()
          || !knowsEngine(document.value().get())
          || !document.in().sound("$.auth", "$.credentials", "$.source")) {
        return true;
      }
      VirtualDatabase vdb = document.value().get();
      for (AuthRule rule : engine(vdb, document.in()).rules()) {
        if (isNamed(user, rule) && fits(user, rule.method(), vdb)) {
          return true;
        }
      }
    }
    return vdbs.isEmpty();
  }

  private boolean fits(User user, AuthMethod method, VirtualDatabase vdb) {
    boolean plain = user.password().isPresent();
    boolean stored = user.verifier().isPresent();
    return switch (method) {
      case TRUST, CERT, LDAP -> true;
      case REJECT -> false;
      case SCRAM_SHA_256 ->
          plain
              || user.verifier()
                  .filter(v -> v.isUnread() || v.value().startsWith("SCRAM"))
                  .isPresent();
      case MD5 ->
          plain
              || user.verifier()
                  .filter(
                      v ->
                          v.isUnread()
                              || v.value().startsWith("SCRAM")
                              || v.value().startsWith("md5"))
                  .isPresent();
      case PASSWORD -> plain || stored || credentials(vdb) == Credentials.PASSTHROUGH;
    };
  }

  /** A source of an engine whose clients the node does not serve, where it should. */
  static String otherEngine(DataSource source) {
    return JsonValue.quote(source.name())
        + ", which has the engine "
        + JsonValue.quote(source.engine().spelling());
  }

  static String known(Set<String> names) {
    return names.isEmpty()
        ? " (there is none)"
        : " (" + String.join(", ", names.stream().limit(20).toList()) + ")";
  }
}
