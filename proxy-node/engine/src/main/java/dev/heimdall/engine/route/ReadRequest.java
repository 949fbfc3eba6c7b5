package dev.heimdall.engine.route;

import dev.heimdall.engine.share.WriteMark;
import dev.heimdall.engine.wire.Position;
import java.util.Collection;

/**
 * A read that a replica may answer.
 *
 * @param tables what it reads, in full as the catalogue spells them; null where that is unknown
 * @param own the last write of the client's session; null when it has written nothing
 * @param seen how far a server must be at least because the session has seen so much; {@link
 *     Position#NONE} for nothing
 * @param lagIgnored whether it may miss anything, because a rule says so
 * @param among the servers that come into question at all, as bits; {@link #ANY} for all of them
 * @param stale whether it may miss what the last writer wrote at the end, while there is none
 */
public record ReadRequest(
    Collection<String> tables,
    WriteMark own,
    Position seen,
    boolean lagIgnored,
    long among,
    boolean stale) {
  /** All servers come into question. */
  public static final long ANY = -1;

  /** One that is as fresh as its level says. */
  public ReadRequest(
      Collection<String> tables, WriteMark own, Position seen, boolean lagIgnored, long among) {
    this(tables, own, seen, lagIgnored, among, false);
  }

  /** Returns this request without these servers. */
  public ReadRequest without(long servers) {
    return new ReadRequest(tables, own, seen, lagIgnored, among & ~servers, stale);
  }

  /** Returns this request, but it may miss what the last writer wrote at the end. */
  public ReadRequest mayBeStale() {
    return new ReadRequest(tables, own, seen, lagIgnored, among, true);
  }
}
