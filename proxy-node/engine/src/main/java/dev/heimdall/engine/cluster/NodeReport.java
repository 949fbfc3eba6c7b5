package dev.heimdall.engine.cluster;

import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ServerAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Report of a server about itself and others.
 *
 * @param identity the same for two addresses of one server, different for any two servers
 * @param run another one for each server, and each time that it was started
 * @param name what the cluster calls it; empty where it has no names
 * @param system the same for all servers of a cluster; empty where there is no such thing
 * @param writer whether it says of itself that it is the writer
 * @param readOnly whether it allows no writes although it is the writer
 * @param timeline which history of the cluster it follows; 0 where it does not say
 * @param position as in {@code TopologyNode}
 * @param kept of a writer: what it cannot lose any more of that, and shall have sent to replicas
 *     that follow it: all that anybody has seen there of what was committed; {@link Position#NONE}
 *     where that could not be told this time
 * @param lagMillis as in {@code TopologyNode}
 * @param halt why a replica does not follow any writer at present, in words that go on after "is a
 *     replica, but"; empty: it does, or is none
 * @param members the servers of the cluster as far as this one names them
 * @param complete whether it was asked for members at all
 * @param confirmed when servers have last told their cluster that they are its writer, by their
 *     names and in milliseconds by the cluster's own clock; empty where there is no such thing
 * @param follows the servers that it replicates from, by their names; empty for a writer, and where
 *     servers do not say
 * @param global what it shows of the global cluster that its cluster is a part of; empty where that
 *     is none
 */
public record NodeReport(
    String identity,
    String run,
    String name,
    String system,
    boolean writer,
    boolean readOnly,
    long timeline,
    Position position,
    Position kept,
    long lagMillis,
    String halt,
    List<Member> members,
    boolean complete,
    Map<String, Long> confirmed,
    List<String> follows,
    Optional<GlobalView> global) {
  public NodeReport {
    members = List.copyOf(members);
    confirmed = Map.copyOf(confirmed);
    follows = List.copyOf(follows);
  }

  /** Of a server that does not say when any has confirmed that it is the writer. */
  public NodeReport(
      String identity,
      String run,
      String name,
      String system,
      boolean writer,
      boolean readOnly,
      long timeline,
      Position position,
      Position kept,
      long lagMillis,
      String halt,
      List<Member> members,
      boolean complete,
      List<String> follows) {
    this(
        identity,
        run,
        name,
        system,
        writer,
        readOnly,
        timeline,
        position,
        kept,
        lagMillis,
        halt,
        members,
        complete,
        Map.of(),
        follows,
        Optional.empty());
  }

  /** Of a server that keeps all that it has. */
  public NodeReport(
      String identity,
      String run,
      String name,
      String system,
      boolean writer,
      boolean readOnly,
      long timeline,
      Position position,
      long lagMillis,
      String halt,
      List<Member> members,
      boolean complete,
      List<String> follows) {
    this(
        identity, run, name, system, writer, readOnly, timeline, position, position, lagMillis,
        halt, members, complete, follows);
  }

  /**
   * Returns this report with the times at which servers have confirmed that they are the writer.
   */
  public NodeReport confirming(Map<String, Long> said) {
    return new NodeReport(
        identity, run, name, system, writer, readOnly, timeline, position, kept, lagMillis, halt,
        members, complete, said, follows, global);
  }

  /** Returns this report with the server's view of its global cluster. */
  public NodeReport showing(Optional<GlobalView> view) {
    return new NodeReport(
        identity, run, name, system, writer, readOnly, timeline, position, kept, lagMillis, halt,
        members, complete, confirmed, follows, view);
  }

  /** The region that it says it is in; empty where it says none. */
  public Optional<String> region() {
    return global.flatMap(GlobalView::region);
  }

  /**
   * A server that another one names.
   *
   * @param address empty where it is known by its name only
   * @param name what the cluster calls it; empty where it has no names
   * @param region empty where not reported
   * @param position as the other one sees it
   * @param lagMillis as the other one sees it
   */
  public record Member(
      Optional<ServerAddress> address,
      String name,
      Optional<String> region,
      Position position,
      long lagMillis) {
    /** One of a cluster that is in one place. */
    public Member(ServerAddress address, String name, Position position, long lagMillis) {
      this(Optional.of(address), name, Optional.empty(), position, lagMillis);
    }

    /** One whose name is known, but not its address. */
    public static Member named(
        String name, Optional<String> region, Position position, long lagMillis) {
      return new Member(Optional.empty(), name, region, position, lagMillis);
    }
  }
}
