package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** MaxScale's servers and monitors, as the data source of a service. */
final class MaxScaleServers {
  private static final int USUAL_PORT = 3306;

  private final MaxScaleCnf cnf;
  private final Documents documents;
  private final Notes notes;
  private final Places ofServers = MaxScalePlaces.ofServers();

  MaxScaleServers(MaxScaleCnf cnf, Documents documents, Notes notes) {
    this.cnf = cnf;
    this.documents = documents;
    this.notes = notes;
  }

  /**
   * Writes the data source of a service, under the service's name.
   *
   * @return as whom monitors and MaxScale itself log in at its servers
   */
  Set<String> source(MaxScaleSection service) throws CommandFailure {
    ObjectNode source = documents.source(service.document());
    Optional<MaxScaleSection> monitor = monitor(service);
    List<MaxScaleSection> servers =
        service.text("cluster").isPresent() && monitor.isPresent()
            ? cnf.named(monitor.get(), "servers", ",", "server")
            : cnf.named(service, key(service), ",", "server");
    if (servers.isEmpty()) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION, service.at() + ": service " + service.name() + " has no server");
    }
    List<String> addresses = new ArrayList<>();
    for (MaxScaleSection server : servers) {
      address(server).filter(one -> !addresses.contains(one)).ifPresent(addresses::add);
      for (Entry entry : server.settings().values()) {
        ofServers.take(
            entry, documents, List.of(service.document()), List.of(service.document()), notes);
      }
    }
    if (addresses.isEmpty()) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION,
          service.at() + ": no server of service " + service.name() + " has a TCP port");
    }
    source.put("url", "jdbc:mysql://" + String.join(",", addresses));
    ObjectNode cluster = Documents.part(source, "cluster");
    cluster.put("kind", kind(monitor, addresses));
    if (cluster.path("kind").asText().equals("mysql")) {
      // MaxScale uses the servers of its file alone.
      Documents.part(cluster, "probe").put("discover", false);
    }
    tls(servers, source);
    return asks(monitor, service, source);
  }

  private static String key(MaxScaleSection service) {
    return service.text("servers").isPresent() ? "servers" : "targets";
  }

  /** The monitor of a service's servers. */
  private Optional<MaxScaleSection> monitor(MaxScaleSection service) {
    Optional<String> named = service.text("cluster");
    if (named.isPresent()) {
      return cnf.named(named.get(), "monitor");
    }
    List<String> servers = service.names(key(service), ",");
    return cnf.of("monitor").stream()
        .filter(monitor -> monitor.names("servers", ",").stream().anyMatch(servers::contains))
        .findFirst();
  }

  private Optional<String> address(MaxScaleSection server) {
    Optional<String> host = server.text("address");
    if (host.isEmpty() || host.get().startsWith("/") || server.text("socket").isPresent()) {
      notes.left(server.at(), "server " + server.name() + ": it has no address");
      return Optional.empty();
    }
    String port = server.text("port", String.valueOf(USUAL_PORT));
    return Optional.of(Addresses.of(host.get(), port));
  }

  private String kind(Optional<MaxScaleSection> monitor, List<String> addresses) {
    String module = monitor.map(section -> section.word("module", "")).orElse("");
    Line at = monitor.map(MaxScaleSection::at).orElse(null);
    switch (module) {
      case "mariadbmon", "mysqlmon", "mmmon", "" -> {
        return "mysql";
      }
      case "grmon" -> {
        return "group-replication";
      }
      case "auroramon" -> {
        if (Addresses.ofRds(addresses.get(0))) {
          return "aurora";
        }
        notes.at(
            at,
            "module = auroramon: no server has a name of RDS: they are taken for a"
                + " primary with its replicas");
        return "mysql";
      }
      default -> {
        notes.at(
            at,
            "module = "
                + module
                + ": servers that allow writes are told apart as those of a primary with its"
                + " replicas, and where several do there is no writer; set `read_only` on all but"
                + " one");
        return "mysql";
      }
    }
  }

  private void tls(List<MaxScaleSection> servers, ObjectNode source) throws CommandFailure {
    ObjectNode tls = Documents.part(source, "tls");
    Optional<MaxScaleSection> with = servers.stream().filter(each -> each.is("ssl")).findFirst();
    if (with.isEmpty()) {
      tls.put("mode", "prefer");
      return;
    }
    MaxScaleSection server = with.get();
    boolean checked = server.is("ssl_verify_peer_certificate");
    tls.put(
        "mode",
        server.is("ssl_verify_peer_host") ? "verify-full" : checked ? "verify-ca" : "require");
    files(server, tls, "caFile");
  }

  /** The files of TLS that a section names. */
  void files(MaxScaleSection section, ObjectNode tls, String authorities) throws CommandFailure {
    for (String[] file :
        new String[][] {
          {"ssl_ca", authorities}, {"ssl_cert", "certificateFile"}, {"ssl_key", "keyFile"}
        }) {
      if (section.text(file[0]).isPresent()) {
        tls.put(file[1], cnf.readable(section.said(file[0]).orElseThrow()));
      }
    }
  }

  private Set<String> asks(
      Optional<MaxScaleSection> monitor, MaxScaleSection service, ObjectNode source) {
    Set<String> names = new LinkedHashSet<>();
    service.text("user").ifPresent(names::add);
    MaxScaleSection asking = monitor.filter(one -> one.text("user").isPresent()).orElse(service);
    String user = asking.text("user").orElse("");
    if (user.isEmpty()) {
      notes.at(service.at(), "nobody is named who asks the servers: give the data source a `user`");
      return names;
    }
    names.add(user);
    source.put("user", user);
    Optional<Entry> password = asking.said("password");
    if (password.isPresent() && password.get().value().matches("([0-9]+:)?[0-9A-F]{32,}")) {
      notes.left(
          password.get().at(),
          "password: it is encrypted (maxpasswd): write it into the data source "
              + service.document());
    } else {
      password.ifPresent(entry -> source.put("password", entry.value()));
    }
    monitor
        .filter(one -> one.text("replication_user").isPresent())
        .ifPresent(one -> names.add(one.text("replication_user").orElseThrow()));
    return names;
  }
}
