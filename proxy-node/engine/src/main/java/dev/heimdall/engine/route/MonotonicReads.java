package dev.heimdall.engine.route;

import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ServerAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Positions of the servers that have answered one session, so that its later reads are not answered
 * by one that is behind them. Belongs to the session's event loop. Times are of {@link
 * System#nanoTime}.
 *
 * <p>What a server had when it answered is known when it has been asked after that. Until then
 * counts what it was known to have. For the writer the first position counts that is old enough for
 * replicas to have it: with the newest ones a session that is never idle would stay at the writer.
 */
public final class MonotonicReads {
  private static final long NEVER = 0;

  private final List<Answer> answers = new ArrayList<>(2);
  private TopologyNode writer;
  private Position position = Position.NONE;

  /** Progress of the writer that it has seen, with the position found and the time of the probe. */
  private WriterSamples.Sample atWriter = WriterSamples.NOTHING;

  /** The first and the last answer of the writer of which it is unknown yet how far it was. */
  private long firstAtWriter = NEVER;

  private long lastAtWriter = NEVER;

  /** The last answer of a replica; how far that was is not known unless {@code at} is never. */
  private static final class Answer {
    private final ServerAddress replica;
    private long at = NEVER;

    Answer(ServerAddress replica) {
      this.replica = replica;
    }
  }

  /** A replica has answered, or begun to. */
  public void atReplica(ServerAddress replica, Topology topology, long now) {
    follow(topology, now);
    topology.node(replica).ifPresent(this::passed);
    for (Answer answer : answers) {
      if (answer.replica.equals(replica)) {
        answer.at = now;
        return;
      }
    }
    Answer first = new Answer(replica);
    first.at = now;
    answers.add(first);
  }

  /** The writer has answered. */
  public void atWriter(long now) {
    lastAtWriter = now;
    if (firstAtWriter == NEVER) {
      firstAtWriter = now;
    }
  }

  /** Position that a server must have to answer the next read; {@link Position#NONE} for none. */
  Position position(Topology topology, WriterSamples samples, long now) {
    follow(topology, now);
    for (int i = 0; i < answers.size(); i++) {
      Answer answer = answers.get(i);
      if (answer.at != NEVER) {
        settle(answer, topology);
      }
    }
    if (firstAtWriter != NEVER) {
      settleWriter(samples);
    }
    if (lost(topology) || (lastAtWriter != NEVER && samples.untold(lastAtWriter, now))) {
      return Position.BEYOND;
    }
    return Position.further(position, samples.reachable(atWriter.position(), atWriter.at()));
  }

  /**
   * True if it stays unknown what a replica had that has answered: neither it nor the writer could
   * be asked after that, and there is no writer.
   */
  private boolean lost(Topology topology) {
    if (topology.writer().isPresent() || topology.lastWriter().isEmpty()) {
      return false;
    }
    for (int i = 0; i < answers.size(); i++) {
      Answer answer = answers.get(i);
      if (answer.at != NEVER && gone(topology.node(answer.replica))) {
        return true;
      }
    }
    return false;
  }

  private static boolean gone(Optional<TopologyNode> replica) {
    return replica.isEmpty() || !replica.get().state().usable();
  }

  /** A replica that does not answer any more was no further than the writer is, or was. */
  private void settle(Answer answer, Topology topology) {
    Optional<TopologyNode> replica = topology.node(answer.replica);
    if (replica.isPresent() && replica.get().at() - answer.at > 0) {
      passed(replica.get());
      answer.at = NEVER;
      return;
    }
    Optional<TopologyNode> ahead = topology.writer().or(topology::lastWriter);
    if (gone(replica) && ahead.isPresent() && ahead.get().at() - answer.at > 0) {
      passed(ahead.get());
      answer.at = NEVER;
    }
  }

  private void settleWriter(WriterSamples samples) {
    WriterSamples.Sample old = samples.floor();
    Position kept = samples.keptAfter(lastAtWriter);
    if (old.at() - lastAtWriter > 0) {
      atWriter = samples.after(lastAtWriter);
      settled();
    } else if (kept != Position.NONE) {
      position = Position.further(position, kept);
      settled();
    } else if (old.at() - firstAtWriter > 0) {
      atWriter = old;
      firstAtWriter = old.at();
    }
  }

  private void settled() {
    firstAtWriter = NEVER;
    lastAtWriter = NEVER;
  }

  private void passed(TopologyNode server) {
    position = Position.further(position, server.position());
  }

  /**
   * Forgets positions of before if another server is the writer: they may lie beyond what has
   * survived. What has is within what the new one has.
   */
  private void follow(Topology topology, long now) {
    TopologyNode leads = topology.writer().orElse(writer);
    if (writer != null && (!writer.address().equals(leads.address()) || leads.replaces(writer))) {
      position = Position.NONE;
      atWriter = WriterSamples.NOTHING;
      answers.clear();
      firstAtWriter = now;
      lastAtWriter = now;
    }
    writer = leads;
  }
}
