package dev.heimdall.model;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Checks of dependencies between the settings of one document. */
final class DocumentChecks {
  private DocumentChecks() {}

  static void node(NodeSettings node, Reading in) {
    Set<Integer> ids = new HashSet<>();
    for (int i = 0; i < node.peers().size(); i++) {
      String path = "$.peers[" + i + "].id";
      int id = node.peers().get(i).id();
      if (in.sound(path, "$.id") && id == node.id()) {
        in.problem(path, "" + id + ", this node's own id", "the id of another node");
      } else if (in.sound(path) && !ids.add(id)) {
        in.problem(path, id + " again", "each id only once");
      }
    }
    if (in.sound("$.peerNetworks")) {
      new NodeNetworks(node.peerNetworks()).check(node, in);
    }
    if (in.sound("$.pgbouncerDatabase", "$.adminDatabase")
        && node.pgbouncerDatabase().equals(node.adminDatabase())) {
      in.problem(
          "$.pgbouncerDatabase",
          JsonValue.quote(node.pgbouncerDatabase()),
          "another name than \"adminDatabase\", which leads to the node's own console");
    }
    node.ldap().check(new StrictDocument.Findings(in));
    store(node.store(), in);
    keys("$.topology.key", node.topology().key(), in);
    keys("$.fleetKey", node.fleetKey(), in);
    keys("$.manager.key", node.manager().key(), in);
    if (in.sound("$.manager.urls", "$.manager.key", "$.fleetKey")
        && !node.manager().urls().isEmpty()
        && node.reportKey().isEmpty()) {
      in.problem(
          "$.manager.key",
          "nothing",
          "the key that the node's reports are signed with, here or in \"fleetKey\"");
    }
    if (in.sound("$.tracing.headers") && !node.tracing().headersAreSound()) {
      in.problem("$.tracing.headers", Secret.MASK, "headers, one a line, each as \"Name: value\"");
    }
  }

  private static void keys(String path, Optional<Secret> secret, Reading in) {
    if (in.sound(path) && secret.filter(text -> !text.isUnread()).isPresent()) {
      List<String> keys =
          secret.get().value().lines().map(String::strip).filter(key -> !key.isEmpty()).toList();
      if (keys.isEmpty()
          || keys.size() > TopologySettings.MOST_KEYS
          || keys.stream().anyMatch(key -> key.length() < TopologySettings.SHORTEST_KEY)) {
        in.problem(
            path,
            Secret.MASK,
            "one key or "
                + TopologySettings.MOST_KEYS
                + ", one a line, each of at least "
                + TopologySettings.SHORTEST_KEY
                + " characters, which nobody can guess");
      }
    }
  }

  private static void store(StoreSettings store, Reading in) {
    if (in.sound("$.store.tls.mode") && store.tls().mode() == TlsMode.PREFER) {
      in.problem(
          "$.store.tls.mode",
          "\"prefer\"",
          "\"disable\", \"require\", \"verify-ca\" or \"verify-full\": the store does not say"
              + " whether it has TLS");
    }
    if (in.sound("$.store.servers", "$.store.mode")
        && store.mode() == StoreMode.STANDALONE
        && store.servers().size() > 1) {
      in.problem(
          "$.store.servers",
          store.servers().size() + " servers",
          "exactly one, which may be a name that leads to the primary, or the \"mode\""
              + " \"replication\" or \"cluster\"");
    }
    if (in.sound("$.store.user", "$.store.password")
        && store.user().isPresent()
        && store.password().isEmpty()) {
      in.problem("$.store.password", "nothing", "the password of \"user\"");
    }
  }

  static void source(DataSource source, Reading in) {
    name(source.name(), in);
    new CredentialChecks(source, in).all();
    if (in.sound("$.catalog.user", "$.catalog.password")
        && source.catalog().password().isPresent()
        && source.catalog().user().isEmpty()) {
      in.problem("$.catalog.user", "nothing", "a user for \"catalog.password\"");
    }
    new ClusterChecks(source, in).all();
    new EngineChecks(source, in).all();
    changes(source, in);
    BackendTls tls = source.tls();
    keyPair("$.tls", tls.certificateFile(), tls.keyFile(), in);
    if (in.sound("$.tls.mode", "$.tls.direct")
        && tls.direct()
        && (tls.mode() == TlsMode.DISABLE || tls.mode() == TlsMode.PREFER)) {
      in.problem(
          "$.tls.direct",
          "true with the mode " + JsonValue.quote(tls.mode().spelling()),
          "the mode \"require\", \"verify-ca\" or \"verify-full\", as direct TLS has no way back");
    }
    if (in.sound("$.tls.mode", "$.tls.channelBinding")
        && tls.channelBinding() == ChannelBinding.REQUIRE
        && tls.mode() == TlsMode.DISABLE) {
      in.problem(
          "$.tls.channelBinding",
          "\"require\" with the mode \"disable\"",
          "a mode with TLS, or the channel binding \"prefer\" or \"disable\"");
    }
    for (String parameter : source.parameters().keySet()) {
      String path = Reading.member("$.parameters", parameter);
      String lower = parameter.toLowerCase(Locale.ROOT);
      if (List.of("user", "database", "replication").contains(lower) || lower.startsWith("_pq_.")) {
        in.problem(
            path,
            "the parameter " + JsonValue.quote(parameter),
            "only run-time settings of the server; user and database follow from the client, the"
                + " data source and the VDB");
      }
    }
  }

  private static void changes(DataSource source, Reading in) {
    ChangeSettings changes = source.changes();
    if (in.sound("$.changes.user", "$.changes.password")
        && changes.password().isPresent()
        && changes.user().isEmpty()) {
      in.problem("$.changes.user", "nothing", "a user for \"changes.password\"");
    }
    String on = changes.notified() ? "$.changes.notify" : "$.changes.stream";
    if (!changes.any() || !in.sound("$.changes.notify", "$.changes.stream")) {
      return;
    }
    if (in.sound("$.cluster.kind") && !source.cluster().watched()) {
      in.problem(
          on,
          "true",
          "false, or a \"cluster.kind\" other than \"none\": the node must notice when another"
              + " server is the writer");
    }
    if (in.sound("$.url", "$.changes.databases")
        && source.engine().is(EngineTrait.CHANGES_BY_DATABASE)
        && source.heardDatabases().isEmpty()) {
      in.problem(
          "$.changes.databases",
          "nothing, and a \"url\" without a database",
          "the databases whose writes are to be heard");
    }
  }

  static void user(User user, Reading in) {
    name(user.name(), in);
    if (in.sound("$.password", "$.verifier")
        && user.password().isPresent()
        && user.verifier().isPresent()) {
      in.problem("$.verifier", Secret.MASK, "nothing, because \"password\" is set");
    }
  }

  static void name(String name, Reading in) {
    if (in.sound("$.name") && !name.equals(in.name())) {
      in.problem(
          "$.name", JsonValue.quote(name), JsonValue.quote(in.name()) + ", the file's base name");
    }
  }

  static void keyPair(String path, Optional<Path> certificate, Optional<Path> key, Reading in) {
    if (!in.sound(path + ".certificateFile", path + ".keyFile")) {
      return;
    }
    if (certificate.isPresent() && key.isEmpty()) {
      in.problem(path + ".keyFile", "nothing", "the private key of \"certificateFile\"");
    }
    if (key.isPresent() && certificate.isEmpty()) {
      in.problem(path + ".certificateFile", "nothing", "the certificate of \"keyFile\"");
    }
  }
}
