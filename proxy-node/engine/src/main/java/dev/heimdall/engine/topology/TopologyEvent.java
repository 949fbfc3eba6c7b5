package dev.heimdall.engine.topology;

import dev.heimdall.model.ServerAddress;
import dev.heimdall.model.Spelled;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Event of a cluster.
 *
 * @param at by the node's clock
 * @param version of the snapshot that it led to
 * @param server which server it is about
 * @param cause in words: why it is so, as far as that is known
 * @param lasted for the end of a state how long that had lasted: without a writer, or down
 */
public record TopologyEvent(
    Instant at,
    long version,
    Kind kind,
    ServerAddress server,
    String cause,
    Optional<Duration> lasted) {
  /** Kind of event. */
  public enum Kind implements Spelled {
    /** There is a writer, or another one. */
    WRITER,
    /** There is no writer any more. */
    NO_WRITER,
    /** Several servers say that they are the writer; the one named is not believed. */
    CONFLICT,
    /** The writer allows no writes. */
    READ_ONLY,
    /** Nothing outside the writer's region confirms it: it takes no writes. */
    FENCED,
    /** By topology documents another region writes, or a switchover or failover began or ended. */
    GLOBAL_CHANGE,
    /** Another server answers at a server's address, or the same one after it was started anew. */
    REPLACED,
    /** A server is part of the cluster now. */
    ADDED,
    /** A server is not part of it any more. */
    REMOVED,
    /** A server answers and can be used. */
    UP,
    /** A server answers but must not be used. */
    DETACHED,
    /** A server does not answer. */
    DOWN;

    /** True if an operator should look at it. */
    public boolean alarming() {
      return switch (this) {
        case NO_WRITER, CONFLICT, READ_ONLY, FENCED, DETACHED, DOWN -> true;
        case WRITER, GLOBAL_CHANGE, REPLACED, ADDED, REMOVED, UP -> false;
      };
    }
  }
}
