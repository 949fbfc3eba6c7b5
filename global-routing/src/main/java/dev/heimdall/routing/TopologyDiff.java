package dev.heimdall.routing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Changes from one document to another; without their times, and without the versions of their
 * sources.
 *
 * @param why the cause of the later document
 */
public record TopologyDiff(List<TopologyChange> changes, String why) {
  public TopologyDiff {
    changes = List.copyOf(changes);
  }

  /** True if both say the same. */
  public boolean isEmpty() {
    return changes.isEmpty();
  }

  /** Returns the changes from {@code before} to {@code after}. */
  public static TopologyDiff between(TopologyDocument before, TopologyDocument after) {
    List<TopologyChange> changes = new ArrayList<>();
    for (TopologyCluster now : after.clusters()) {
      before.clusters().stream()
          .filter(one -> TopologyDocument.same(one, now))
          .findFirst()
          .ifPresentOrElse(
              one -> cluster(changes, one, now),
              () -> add(changes, TopologyChange.Kind.CLUSTER_ADDED, now.arn(), "", now.name()));
    }
    for (TopologyCluster one : before.clusters()) {
      if (after.clusters().stream().noneMatch(now -> TopologyDocument.same(one, now))) {
        add(changes, TopologyChange.Kind.CLUSTER_GONE, one.arn(), one.name(), "");
      }
    }
    for (TopologyGlobal now : after.globals()) {
      before
          .global(now.arn())
          .ifPresentOrElse(
              one -> global(changes, one, now),
              () -> add(changes, TopologyChange.Kind.GLOBAL_ADDED, now.arn(), "", now.name()));
    }
    for (TopologyGlobal one : before.globals()) {
      if (after.global(one.arn()).isEmpty()) {
        add(changes, TopologyChange.Kind.GLOBAL_GONE, one.arn(), one.name(), "");
      }
    }
    return new TopologyDiff(changes, after.cause());
  }

  private static void add(
      List<TopologyChange> changes,
      TopologyChange.Kind kind,
      String of,
      String before,
      String after) {
    if (!before.equals(after)) {
      changes.add(new TopologyChange(kind, of, before, after));
    }
  }

  private static void cluster(
      List<TopologyChange> changes, TopologyCluster before, TopologyCluster after) {
    String of = after.arn();
    add(changes, TopologyChange.Kind.CLUSTER_RENAMED, of, before.arn(), after.arn());
    add(changes, TopologyChange.Kind.CLUSTER_STATUS, of, before.status(), after.status());
    add(changes, TopologyChange.Kind.CLUSTER_ENDPOINT, of, endpoints(before), endpoints(after));
    add(
        changes,
        TopologyChange.Kind.CLUSTER_FORWARDING,
        of,
        before.forwarding().active(),
        after.forwarding().active());
    add(changes, TopologyChange.Kind.WRITER, of, writer(before), writer(after));
    Map<String, RdsServer> known = byName(before);
    Map<String, RdsServer> now = byName(after);
    now.forEach(
        (name, server) -> {
          RdsServer one = known.get(name);
          if (one == null) {
            add(changes, TopologyChange.Kind.SERVER_ADDED, of, "", name);
          } else {
            add(changes, TopologyChange.Kind.SERVER_MOVED, of, place(one), place(server));
            add(changes, TopologyChange.Kind.SERVER_STATUS, of, state(one), state(server));
          }
        });
    known.keySet().stream()
        .filter(name -> !now.containsKey(name))
        .forEach(name -> add(changes, TopologyChange.Kind.SERVER_GONE, of, name, ""));
  }

  private static void global(
      List<TopologyChange> changes, TopologyGlobal before, TopologyGlobal after) {
    String of = after.arn();
    add(changes, TopologyChange.Kind.GLOBAL_STATUS, of, before.status(), after.status());
    add(changes, TopologyChange.Kind.GLOBAL_MEMBERS, of, members(before), members(after));
    add(
        changes,
        TopologyChange.Kind.GLOBAL_WRITER,
        of,
        before.writerRegion().orElse(""),
        after.writerRegion().orElse(""));
    add(
        changes,
        TopologyChange.Kind.GLOBAL_FAILOVER,
        of,
        failover(before.failover()),
        failover(after.failover()));
  }

  private static Map<String, RdsServer> byName(TopologyCluster cluster) {
    Map<String, RdsServer> servers = new LinkedHashMap<>();
    cluster.servers().forEach(server -> servers.put(server.name(), server));
    return servers;
  }

  private static String endpoints(TopologyCluster cluster) {
    return cluster.endpoint().orElse("")
        + cluster.readerEndpoint().map(readers -> ", " + readers).orElse("");
  }

  private static String writer(TopologyCluster cluster) {
    return cluster.servers().stream()
        .filter(server -> server.role() == RdsRole.WRITER)
        .map(RdsServer::name)
        .collect(Collectors.joining(", "));
  }

  private static String place(RdsServer server) {
    return server.name()
        + server.host().map(host -> " at " + host + ":" + server.port()).orElse(" nowhere")
        + server.zone().map(zone -> " in " + zone).orElse("");
  }

  private static String state(RdsServer server) {
    String tier = server.tier().isPresent() ? ", tier " + server.tier().getAsInt() : "";
    return server.name() + " " + server.status() + tier;
  }

  private static String members(TopologyGlobal global) {
    return global.members().stream()
        .map(
            member ->
                member.cluster()
                    + (member.synchronization().isEmpty() ? "" : " " + member.synchronization())
                    + (member.forwards() ? " write forwarding " + member.forwarding() : ""))
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static String failover(Optional<TopologyGlobal.Failover> failover) {
    return failover
        .map(
            one ->
                one.status()
                    + " from "
                    + one.from()
                    + " to "
                    + one.to()
                    + (one.loss() ? ", data may be lost" : ""))
        .orElse("");
  }
}
