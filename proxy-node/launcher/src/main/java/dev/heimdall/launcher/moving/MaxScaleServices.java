package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** MaxScale's services with their listeners, as virtual databases. */
final class MaxScaleServices {
  private static final Set<String> ROUTERS = Set.of("readwritesplit", "readconnroute");
  private static final Set<String> PROTOCOLS =
      Set.of("mariadbprotocol", "mariadbclient", "mysqlclient", "mariadb", "mysqlprotocol");

  private final MaxScaleCnf cnf;
  private final Documents documents;
  private final Notes notes;
  private final MaxScaleServers servers;
  private final Places ofServices = MaxScalePlaces.ofServices();
  private final Places ofListeners = MaxScalePlaces.ofListeners();

  MaxScaleServices(MaxScaleCnf cnf, Documents documents, Notes notes) {
    this.cnf = cnf;
    this.documents = documents;
    this.notes = notes;
    this.servers = new MaxScaleServers(cnf, documents, notes);
  }

  /** Writes all that clients can reach; says how many. */
  int write() throws CommandFailure {
    int written = 0;
    for (MaxScaleSection service : cnf.of("service")) {
      List<MaxScaleSection> listeners =
          cnf.of("listener").stream()
              .filter(listener -> listener.text("service", "").strip().equals(service.name()))
              .toList();
      String router = service.word("router", "");
      if (!ROUTERS.contains(router)) {
        notes.left(service.at(), "service " + service.name() + ": router = " + router);
      } else if (listeners.isEmpty()) {
        notes.left(service.at(), "service " + service.name() + ": it has no listener");
      } else if (service(service, listeners)) {
        written++;
      }
    }
    return written;
  }

  private boolean service(MaxScaleSection service, List<MaxScaleSection> all)
      throws CommandFailure {
    List<MaxScaleSection> listeners = all.stream().filter(this::spoken).toList();
    if (listeners.isEmpty()) {
      return false;
    }
    if (service.text("user_accounts_file").isPresent()
        && service.word("user_accounts_file_usage", "").equals("file_only_always")) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION,
          service.said("user_accounts_file_usage").orElseThrow().at()
              + ": only the users of user_accounts_file may log in at service "
              + service.name()
              + ", and here the server decides: take the line out, import again, and name these"
              + " users in `auth` of the virtual database");
    }
    String name = service.document();
    Set<String> inside = new TreeSet<>(servers.source(service));
    ObjectNode vdb = documents.vdb(name);
    vdb.put("source", name);
    vdb.put("credentials", "passthrough");
    reads(service, documents.source(name));
    for (Entry entry : service.settings().values()) {
      ofServices.take(entry, documents, List.of(name), List.of(name), notes);
    }
    for (MaxScaleSection listener : listeners) {
      listener(listener, vdb);
    }
    if (!service.is("enable_root_user")) {
      inside.add("root");
    }
    ArrayNode auth = vdb.putArray("auth");
    ArrayNode rejected = auth.addObject().put("method", "reject").putArray("users");
    inside.forEach(rejected::add);
    auth.addObject().put("method", "password");
    new MaxScaleFilters(cnf, documents, notes).into(service, vdb);
    return true;
  }

  private boolean spoken(MaxScaleSection listener) {
    String protocol = listener.word("protocol", "mariadbprotocol");
    if (PROTOCOLS.contains(protocol)) {
      return true;
    }
    notes.left(listener.at(), "listener " + listener.name() + ": protocol = " + protocol);
    return false;
  }

  /** Sets which of a cluster's servers answer. */
  private void reads(MaxScaleSection service, ObjectNode source) {
    ObjectNode cluster = Documents.part(source, "cluster");
    if (service.word("router", "").equals("readwritesplit")) {
      cluster.put("reads", "all");
      service
          .said("router_options")
          .ifPresent(
              entry -> notes.left(entry, "write its settings into the service by themselves"));
      return;
    }
    String options = service.word("router_options", "running");
    boolean writer = options.matches("master|primary");
    cluster.put("reads", writer ? "none" : "all");
    if (!writer) {
      Entry said =
          service.said("router_options").orElse(new Entry("router_options", options, service.at()));
      notes.differs(
          said,
          "statements that only read go to replicas; any other goes to the primary, where that of"
              + " before ran on the session's server");
    }
  }

  private void listener(MaxScaleSection listener, ObjectNode vdb) throws CommandFailure {
    String address = listener.text("address", "0.0.0.0");
    String known = address.equals("::") ? "0.0.0.0" : address;
    if (vdb.has("address") && !vdb.path("address").asText().equals(known)) {
      notes.left(
          listener.at(),
          "listener " + listener.name() + ": a virtual database listens on one address");
      return;
    }
    boolean first = !vdb.has("tls");
    ObjectNode tls = Documents.part(vdb, "tls");
    ObjectNode its = tls.objectNode();
    clientTls(listener, its);
    if (!first && !its.equals(tls)) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION,
          listener.at()
              + ": listener "
              + listener.name()
              + " has other settings of TLS than one before it of the same service: give it a"
              + " service of its own");
    }
    tls.setAll(its);
    vdb.put("address", known);
    listener.text("socket").ifPresent(socket -> vdb.put("unixSocket", socket));
    Optional<Entry> port = listener.said("port");
    if (port.isPresent() && port.get().value().matches("[0-9]{1,5}")) {
      Documents.list(vdb, "ports").add(Integer.parseInt(port.get().value()));
    } else if (listener.text("socket").isEmpty() || port.isPresent()) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION, listener.at() + ": expected a port of [" + listener.name() + "]");
    } else if (!vdb.has("ports")) {
      vdb.put("address", "127.0.0.1");
      Documents.list(vdb, "ports").add(0);
      notes.at(listener.at(), "a virtual database has a port, too: any free one on 127.0.0.1");
    }
    proxies(listener, vdb);
    listener.settings().values().forEach(entry -> ofListeners.leave(entry, notes));
  }

  private void clientTls(MaxScaleSection listener, ObjectNode tls) throws CommandFailure {
    if (!listener.is("ssl")) {
      tls.put("mode", "disable");
      return;
    }
    servers.files(listener, tls, "clientCaFile");
    tls.put("mode", "require");
    if (listener.is("ssl_verify_peer_certificate")) {
      tls.put("clientCertificate", "require");
    }
  }

  private void proxies(MaxScaleSection listener, ObjectNode vdb) {
    Optional<Entry> networks = listener.said("proxy_protocol_networks");
    if (networks.isEmpty()) {
      return;
    }
    List<String> trusted = listener.names("proxy_protocol_networks", ",");
    if (trusted.contains("*") || trusted.contains("localhost")) {
      notes.left(networks.get(), "write the load balancers' networks into `proxyProtocol.trusted`");
      return;
    }
    ObjectNode proxy = Documents.part(vdb, "proxyProtocol");
    proxy.put("enabled", true).put("required", false);
    for (String one : trusted) {
      boolean whole = one.contains("/");
      Documents.list(proxy, "trusted")
          .add(whole ? one : one + (one.contains(":") ? "/128" : "/32"));
    }
  }
}
