package dev.heimdall.engine.route;

import dev.heimdall.engine.share.WriteMark;
import dev.heimdall.engine.share.WritePositions;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.Consistency;
import java.util.Collection;

/** Requirements of reads, by the consistency that is set. */
public final class ReadRequirements {
  private final Consistency consistency;

  public ReadRequirements(Consistency consistency) {
    this.consistency = consistency;
  }

  /**
   * Writes that a read must not miss.
   *
   * @param tables what it reads, in full as the catalogue spells them; null where that is unknown
   * @param own the last write of the client's session; null when it has written nothing
   * @param connectedToPeers whether this node has certainly heard of the writes of all others
   * @param floor up to where every read must see whatever it reads: what had been written {@code
   *     maxStaleness} ago; {@link Position#NONE} for nothing
   */
  public ReadRequirement of(
      WritePositions positions,
      Collection<String> tables,
      WriteMark own,
      boolean connectedToPeers,
      Position floor) {
    if (consistency == Consistency.SESSION) {
      return own == null ? ReadRequirement.NO_WRITE : own(positions, tables, own);
    }
    if (!connectedToPeers) {
      return ReadRequirement.UNKNOWABLE;
    }
    WriteMark last = tables == null ? positions.last() : positions.last(tables);
    return new ReadRequirement(Position.further(last.position(), floor), last.at(), false, false);
  }

  /** The session's last write counts, or an earlier one that was the last to these tables. */
  private static ReadRequirement own(
      WritePositions positions, Collection<String> tables, WriteMark own) {
    if (tables == null) {
      return new ReadRequirement(own.position(), own.at(), false, false);
    }
    WriteMark last = positions.last(tables);
    return last.position().covers(own.position()) || !own.position().covers(last.position())
        ? new ReadRequirement(own.position(), own.at(), false, false)
        : new ReadRequirement(last.position(), last.at(), false, false);
  }
}
