package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.launcher.process.CommandFailure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** ProxySQL's servers by their hostgroups, as data sources. */
final class ProxySqlHostgroups {
  private static final int HEAVIEST = 1000;

  private final ProxySqlEngine engine;
  private final Documents documents;
  private final Notes notes;

  /** The servers in use, by hostgroup and address: of equal ones the last counts. */
  private final Map<String, ProxySqlServer> servers = new LinkedHashMap<>();

  private final List<ProxySqlCluster> clusters = new ArrayList<>();

  private ProxySqlHostgroups(ProxySqlEngine engine, Documents documents, Notes notes) {
    this.engine = engine;
    this.documents = documents;
    this.notes = notes;
  }

  /** Writes a data source for each cluster. */
  static ProxySqlHostgroups read(
      ProxySqlCnf cnf, ProxySqlEngine engine, Documents documents, Notes notes)
      throws CommandFailure {
    ProxySqlHostgroups work = new ProxySqlHostgroups(engine, documents, notes);
    for (ProxySqlCnf.Row row : cnf.rows(engine.table("servers"))) {
      work.server(row);
    }
    work.pairs(cnf, "replication_hostgroups", engine.clusterKind());
    work.pairs(cnf, "aws_aurora_hostgroups", "aurora");
    work.pairs(cnf, "group_replication_hostgroups", "group-replication");
    work.pairs(cnf, "galera_hostgroups", "galera");
    work.alone();
    work.clusters.forEach(work::source);
    return work;
  }

  /** The cluster that a hostgroup belongs to; empty where it has no servers. */
  Optional<ProxySqlCluster> of(int hostgroup) {
    return clusters.stream()
        .filter(cluster -> cluster.hostgroups().contains(hostgroup))
        .findFirst();
  }

  List<ProxySqlCluster> all() {
    return clusters;
  }

  private void server(ProxySqlCnf.Row row) throws CommandFailure {
    ProxySqlServer server = ProxySqlServer.of(row, engine);
    String key = server.hostgroup() + " " + server.address();
    servers.remove(key);
    if (server.byUnixSocket()) {
      notes.left(row.at(), "the server " + server.address() + ": it has no TCP port");
    } else if (!server.online()) {
      notes.left(row.at(), "the server " + server.address() + ": it is offline");
    } else {
      servers.put(key, server);
    }
    left(row, "gtid_port", "positions of servers are asked of the servers themselves");
    left(row, "max_latency_ms", "`cluster.balance` leaves slow replicas out");
    left(row, "compression", "servers are reached without compression");
    row.fields()
        .forEach(
            (field, entry) -> {
              if (!ProxySqlServer.FIELDS.contains(field)) {
                notes.left(entry, "a data source has no such setting of a server");
              }
            });
  }

  /** A field other than 0 that has no counterpart. */
  private void left(ProxySqlCnf.Row row, String field, String why) {
    row.said(field)
        .filter(entry -> !Set.of("0", "false", "").contains(entry.value()))
        .ifPresent(entry -> notes.left(entry, why));
  }

  /** Hostgroups that a table says to be writers and readers of one cluster. */
  private void pairs(ProxySqlCnf cnf, String table, String kind) throws CommandFailure {
    for (ProxySqlCnf.Row row : cnf.rows(engine.table(table))) {
      if (row.number("active", 1) == 0) {
        notes.left(row.at(), "these hostgroups are not active");
        continue;
      }
      int writer = row.required("writer_hostgroup");
      Set<Integer> readers = new TreeSet<>();
      for (String field :
          List.of("reader_hostgroup", "backup_writer_hostgroup", "offline_hostgroup")) {
        if (row.said(field).isPresent()) {
          readers.add(row.number(field, 0));
        }
      }
      readers.remove(writer);
      row.said("check_type")
          .filter(entry -> !entry.value().equals("read_only"))
          .ifPresent(
              entry ->
                  notes.left(
                      entry,
                      "servers are asked for `read_only`, for innodb_read_only where that is"
                          + " Aurora's, and whether they replicate"));
      String known = kind;
      if (kind.equals("galera")) {
        known = engine.clusterKind();
        notes.at(
            row.at(),
            "Galera's states are not asked for: servers that allow writes are told apart as those"
                + " of a primary with its replicas, and where several do there is no writer; set"
                + " `read_only` on all but one");
      }
      cluster(writer, readers, known, row);
    }
  }

  private void cluster(int writer, Set<Integer> readers, String kind, ProxySqlCnf.Row row) {
    Set<Integer> all = new TreeSet<>(readers);
    all.add(writer);
    List<ProxySqlServer> members = members(writer, all);
    if (members.isEmpty() || of(writer).isPresent()) {
      notes.left(row.at(), "no server is in these hostgroups, or others have them");
      return;
    }
    Optional<String> domain = row.text("domain_name");
    boolean placed = domain.isPresent() || Addresses.ofRds(members.get(0).address());
    if (kind.equals("aurora") && !placed) {
      notes.at(row.at(), "there is no domain_name: they are taken for a primary with its replicas");
    }
    clusters.add(
        new ProxySqlCluster(
            engine.document(writer),
            kind.equals("aurora") && !placed ? engine.clusterKind() : kind,
            readers,
            all,
            members,
            kind.equals("aurora") ? domain.map(name -> "?" + name).orElse("") : ""));
  }

  private List<ProxySqlServer> members(int writer, Set<Integer> hostgroups) {
    return servers.values().stream()
        .filter(server -> hostgroups.contains(server.hostgroup()))
        .sorted(Comparator.comparing((ProxySqlServer server) -> server.hostgroup() != writer))
        .toList();
  }

  /** Hostgroups that no table names. */
  private void alone() {
    Set<Integer> left = new TreeSet<>();
    servers.values().forEach(server -> left.add(server.hostgroup()));
    left.removeIf(hostgroup -> of(hostgroup).isPresent());
    for (int hostgroup : left) {
      List<ProxySqlServer> members = members(hostgroup, Set.of(hostgroup));
      if (members.size() > 1) {
        notes.at(
            members.get(1).at(),
            "hostgroup "
                + hostgroup
                + " has several servers and is not in "
                + engine.table("replication_hostgroups")
                + ": they are taken for a primary with its replicas; put replicas alone into the"
                + " data source of their primary");
      }
      clusters.add(
          new ProxySqlCluster(
              engine.document(hostgroup),
              members.size() > 1 ? engine.clusterKind() : "none",
              Set.of(),
              Set.of(hostgroup),
              members,
              ""));
    }
  }

  private void source(ProxySqlCluster cluster) {
    ObjectNode source = documents.source(cluster.name());
    Map<String, ProxySqlServer> each = new LinkedHashMap<>();
    // What the readers' hostgroup says of a server's share of reads goes before the writers'.
    cluster.servers().forEach(server -> each.put(server.address(), server));
    source.put(
        "url",
        "jdbc:"
            + engine.scheme()
            + "://"
            + String.join(",", each.keySet())
            + (engine == ProxySqlEngine.POSTGRESQL ? "/postgres" : ""));
    boolean tls = cluster.servers().stream().anyMatch(ProxySqlServer::tls);
    Documents.part(source, "tls").put("mode", tls ? "require" : "prefer");
    if (cluster.kind().equals("none")) {
      return;
    }
    ObjectNode settings = Documents.part(source, "cluster");
    settings.put("kind", cluster.kind());
    if (!cluster.hostPattern().isEmpty()) {
      settings.put("hostPattern", cluster.hostPattern());
    }
    if (cluster.kind().equals(engine.clusterKind())) {
      // ProxySQL uses the servers of its table alone.
      Documents.part(settings, "probe").put("discover", false);
    }
    weights(settings, each);
    cluster.servers().stream()
        .mapToInt(ProxySqlServer::maxLag)
        .filter(lag -> lag > 0)
        .min()
        .ifPresent(lag -> Documents.part(settings, "lag").put("maxTime", lag + "s"));
  }

  private void weights(ObjectNode settings, Map<String, ProxySqlServer> each) {
    int most = each.values().stream().mapToInt(ProxySqlServer::weight).max().orElse(1);
    int least = each.values().stream().mapToInt(ProxySqlServer::weight).min().orElse(1);
    if (most == least) {
      return;
    }
    Documents.part(settings, "balance").put("by", "weight");
    ArrayNode nodes = settings.putArray("nodes");
    each.forEach(
        (address, server) -> {
          int share =
              most <= HEAVIEST
                  ? server.weight()
                  : (int) (((long) server.weight() * HEAVIEST + most - 1) / most);
          nodes.addObject().put("address", address).put("weight", share);
        });
  }

  /** The fewest connections that one of a cluster's servers may have; empty where none says so. */
  Optional<Integer> maxConnections(ProxySqlCluster cluster) {
    Set<Integer> said = new TreeSet<>();
    for (ProxySqlServer server : cluster.servers()) {
      if (server.maxConnections() > 0) {
        said.add(server.maxConnections());
        if (said.size() > 1) {
          notes.at(
              server.at(),
              "max_connections = "
                  + server.maxConnections()
                  + ": `pool.maxConnections` is for all servers of a cluster alike: the least");
        }
      }
    }
    return said.stream().findFirst();
  }
}
