package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.model.AuthRule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The users of ProxySQL as documents: each may enter the virtual database of its hostgroup. */
final class ProxySqlUsers {
  private static final Pattern HASHED = Pattern.compile("\\*[0-9A-Fa-f]{40}");
  private static final Pattern OF_POSTGRES =
      Pattern.compile("SCRAM-SHA-256\\$.*|md5[0-9a-f]{32}", Pattern.DOTALL);

  private final ProxySqlEngine engine;
  private final ProxySqlHostgroups hostgroups;
  private final Documents documents;
  private final Notes notes;
  private final List<Member> all = new ArrayList<>();

  /**
   * A user that was carried over.
   *
   * @param hostgroup where its statements go that no rule sends elsewhere
   * @param inTlsOnly whether it may log in inside TLS only
   * @param wholeSession whether it keeps a server connection for as long as it stays
   */
  record Member(
      String name,
      ProxySqlCluster cluster,
      int hostgroup,
      boolean inTlsOnly,
      boolean wholeSession) {}

  ProxySqlUsers(
      ProxySqlEngine engine, ProxySqlHostgroups hostgroups, Documents documents, Notes notes) {
    this.engine = engine;
    this.hostgroups = hostgroups;
    this.documents = documents;
    this.notes = notes;
  }

  void read(ProxySqlCnf cnf) throws CommandFailure {
    Map<String, List<ProxySqlCnf.Row>> written = new LinkedHashMap<>();
    for (ProxySqlCnf.Row row : cnf.rows(engine.table("users"))) {
      String name = row.text("username").orElseThrow(() -> row.missing("username"));
      add(name, row, written.computeIfAbsent(name, any -> new ArrayList<>()));
    }
    for (Map.Entry<String, List<ProxySqlCnf.Row>> user : written.entrySet()) {
      Optional<ProxySqlCnf.Row> client = Optional.empty();
      for (ProxySqlCnf.Row row : user.getValue()) {
        if (isClient(row)) {
          client = Optional.of(row);
          user(user.getKey(), row);
        }
      }
      for (ProxySqlCnf.Row row : user.getValue()) {
        if (!isClient(row)) {
          atServersOnly(user.getKey(), row, client);
        }
      }
    }
    if (all.isEmpty()) {
      notes.say(
          "there is no user yet, and nobody can log in: write a document for each, and a rule in"
              + " `auth` of the virtual database that names it");
    }
  }

  /** A name has one row for clients and one for servers, or one for both; the last one counts. */
  private void add(String name, ProxySqlCnf.Row row, List<ProxySqlCnf.Row> before)
      throws CommandFailure {
    for (ProxySqlCnf.Row other : List.copyOf(before)) {
      if (row.number("frontend", 1) == other.number("frontend", 1)
          || row.number("backend", 1) == other.number("backend", 1)) {
        before.remove(other);
        notes.at(other.at(), "user " + name + " stands again below: that one counts");
      }
    }
    before.add(row);
  }

  private static boolean isClient(ProxySqlCnf.Row row) throws CommandFailure {
    return row.number("frontend", 1) == 1;
  }

  /**
   * @param client the row by which clients log in under that name
   */
  private void atServersOnly(String name, ProxySqlCnf.Row row, Optional<ProxySqlCnf.Row> client) {
    boolean other =
        client.isPresent() && !client.get().text("password").equals(row.text("password"));
    notes.left(
        row.at(),
        "user "
            + name
            + ": clients cannot log in by it (frontend)"
            + (other
                ? "; its password is not that of the user's other row, by which nodes log in at"
                    + " servers, too: give the account there that one"
                : ""));
  }

  List<Member> of(ProxySqlCluster cluster) {
    return all.stream().filter(member -> member.cluster().equals(cluster)).toList();
  }

  private void user(String name, ProxySqlCnf.Row row) throws CommandFailure {
    int hostgroup = row.number("default_hostgroup", 0);
    Optional<ProxySqlCluster> cluster = hostgroups.of(hostgroup);
    Optional<String> password = row.text("password");
    String why = null;
    if (row.number("active", 1) != 1) {
      why = "it is not active";
    } else if (!Documents.namesUser(name)) {
      why = "the name is that of its file, too";
    } else if (name.equals(AuthRule.ALL)) {
      why = "the name stands for every user in `auth`";
    } else if (documents.hasUser(name)) {
      why = "another user has that name";
    } else if (cluster.isEmpty()) {
      why = "no server is in its hostgroup " + hostgroup;
    } else if (password.isEmpty()) {
      why = "it has no password, and nodes let nobody in without one";
    } else if (row.text("attributes").orElse("").contains("spiffe_id")) {
      why = "it logs in by what its certificate says (spiffe_id)";
    }
    if (why != null) {
      notes.left(row.at(), "user " + name + ": " + why);
      return;
    }
    ObjectNode user = documents.user(name);
    secret(user, password.orElseThrow());
    user.putArray("vdbs").add(cluster.orElseThrow().name());
    if (row.said("max_connections").isPresent()) {
      user.put("maxClients", Math.max(0, row.number("max_connections", 0)));
    }
    all.add(
        new Member(
            name,
            cluster.orElseThrow(),
            hostgroup,
            row.number("use_ssl", 0) == 1,
            row.number("fast_forward", 0) == 1));
    rest(row);
  }

  private void secret(ObjectNode user, String password) {
    boolean postgres = engine == ProxySqlEngine.POSTGRESQL;
    if (postgres ? OF_POSTGRES.matcher(password).matches() : HASHED.matcher(password).matches()) {
      user.put("verifier", postgres ? password : password.toUpperCase(Locale.ROOT));
    } else if (!postgres && password.startsWith("$A$")) {
      byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
      user.put("verifier", "0x" + HexFormat.of().withUpperCase().formatHex(bytes));
    } else {
      user.put("password", password);
    }
  }

  private void rest(ProxySqlCnf.Row row) {
    row.said("default_schema")
        .filter(entry -> !entry.value().isEmpty())
        .ifPresent(
            entry ->
                notes.left(
                    entry, "clients say which database; name one in their connection strings"));
    row.said("schema_locked")
        .filter(entry -> entry.value().equals("1"))
        .ifPresent(entry -> notes.left(entry, "ProxySQL does not use it either"));
    row.said("transaction_persistent")
        .filter(entry -> entry.value().equals("0"))
        .ifPresent(entry -> notes.left(entry, "a transaction stays on its server"));
    row.said("fast_forward")
        .filter(entry -> entry.value().equals("1"))
        .ifPresent(
            entry -> notes.differs(entry, "it keeps a connection of its own; rules apply to it"));
    row.said("attributes")
        .filter(entry -> !entry.value().isEmpty())
        .ifPresent(
            entry ->
                notes.left(
                    entry.at(),
                    "attributes: `default-transaction_isolation` is a setting"
                        + " of the server, and each user has one password"));
  }
}
