package dev.heimdall.engine.topology;

import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import java.util.Optional;

/**
 * One server of a cluster at a moment.
 *
 * @param name what the cluster calls it; empty where it has no names
 * @param run which run of which server it is that answers at this address: another one after the
 *     server was started anew, and when the address's name leads to another server; empty before it
 *     has answered
 * @param region the AWS region, where it is known
 * @param zone the availability zone, where it is known
 * @param weight the weight that the configuration gives it
 * @param timeline which history of the cluster it follows; 0 where that is not known or there is
 *     only one
 * @param position up to where its data goes: what a replica has replayed, what a writer has
 *     written; {@link Position#NONE} where the engine does not say
 * @param lagBytes how far it is behind the writer; {@link #UNKNOWN} where that is not known
 * @param lagMillis how long ago that was written which it has not replayed, at most; {@link
 *     #UNKNOWN} where that is not known
 * @param stopped whether it is a replica that does not follow the writer at present, though it
 *     answers; why is in words there
 * @param at when it was asked what it answered last, by {@link System#nanoTime}: all of this was so
 *     at some time after that
 * @param why in words, for people: why role and state are what they are
 */
public record TopologyNode(
    ServerAddress address,
    String name,
    String run,
    NodeRole role,
    NodeState state,
    Optional<String> region,
    Optional<String> zone,
    Optional<Integer> weight,
    long timeline,
    Position position,
    long lagBytes,
    long lagMillis,
    boolean stopped,
    long at,
    String why) {
  /** Stands for a number that is unknown. */
  public static final long UNKNOWN = -1;

  /** A server of which nothing is known yet. */
  public static TopologyNode unasked(ServerAddress address) {
    return new TopologyNode(
        address,
        "",
        "",
        NodeRole.UNKNOWN,
        NodeState.UNKNOWN,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        Position.NONE,
        UNKNOWN,
        UNKNOWN,
        false,
        0,
        "not probed yet");
  }

  /** Returns this server with this region. */
  public TopologyNode in(Optional<String> where) {
    return new TopologyNode(
        address, name, run, role, state, where, zone, weight, timeline, position, lagBytes,
        lagMillis, stopped, at, why);
  }

  /** Returns this server as it was when it was probed at this time, with this position. */
  public TopologyNode keeping(Position kept, long keptAt) {
    return new TopologyNode(
        address, name, run, role, state, region, zone, weight, timeline, kept, lagBytes, lagMillis,
        stopped, keptAt, why);
  }

  /** Returns this server as a replica that does not follow the writer. */
  public TopologyNode stoppedBy(String reason) {
    return new TopologyNode(
        address, name, run, role, state, region, zone, weight, timeline, position, lagBytes,
        lagMillis, true, at, reason);
  }

  /**
   * True if another server answers at the address than at an earlier moment, or another run of it.
   */
  public boolean replaces(TopologyNode before) {
    return !before.run.isEmpty() && !run.isEmpty() && !before.run.equals(run);
  }

  /** True if it is the same but for what changes all the time: position, lag and time. */
  boolean sameShape(TopologyNode other) {
    return address.equals(other.address)
        && name.equals(other.name)
        && run.equals(other.run)
        && role == other.role
        && state == other.state
        && region.equals(other.region)
        && zone.equals(other.zone)
        && weight.equals(other.weight)
        && timeline == other.timeline
        && stopped == other.stopped
        && why.equals(other.why);
  }
}
