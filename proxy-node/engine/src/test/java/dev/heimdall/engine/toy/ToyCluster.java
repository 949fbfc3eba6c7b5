package dev.heimdall.engine.toy;

import dev.heimdall.engine.cluster.ClusterProtocol;
import dev.heimdall.engine.cluster.ProbedServer;
import dev.heimdall.engine.cluster.Prober;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The servers of one toy cluster, and how they are asked: nothing of it is SQL. */
final class ToyCluster implements ClusterProtocol, Prober {
  private final Map<ServerAddress, ToyMember> members = new LinkedHashMap<>();

  /** The first one is the writer. */
  ToyCluster(DataSource source) {
    source.hosts().forEach(at -> members.put(at, new ToyMember(at, members.isEmpty())));
  }

  ToyMember at(ServerAddress address) {
    return members.get(address);
  }

  /** The one that had this place at the beginning, from 0 on. */
  ToyMember member(int place) {
    return members.values().stream().skip(place).findFirst().orElseThrow();
  }

  @Override
  public Prober prober(DataSource source) {
    return this;
  }

  @Override
  public boolean timelines() {
    return false;
  }

  @Override
  public boolean oneStorage() {
    return false;
  }

  @Override
  public String readOnlyBy() {
    return "closed";
  }

  @Override
  public String timelineUntold() {
    return "there is none";
  }

  @Override
  public ProbedServer open(
      DataSource server, Optional<String> database, SourceConnections connections) {
    return at(server.hosts().get(0));
  }
}
