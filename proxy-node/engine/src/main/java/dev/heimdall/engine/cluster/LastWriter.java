package dev.heimdall.engine.cluster;

import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.Position;
import java.util.Optional;

/**
 * The writer as it answered last: what replicas are judged by when it does not answer any more.
 *
 * @param report what it said last
 * @param kept up to where its data went that it could not lose, as far as that was told
 * @param keptAt when it was asked what was answered so, by {@link System#nanoTime}
 */
record LastWriter(NodeReport report, Position kept, long keptAt) {
  /** Returns the knowledge of the writer after it has answered. */
  static Optional<LastWriter> after(Optional<LastWriter> before, ProbeHistory writer) {
    NodeReport report = writer.last().orElseThrow();
    if (report.kept() != Position.NONE) {
      return Optional.of(new LastWriter(report, report.kept(), writer.at()));
    }
    // Positions of another server, or of another history, say nothing of this one.
    Optional<LastWriter> same =
        before.filter(
            last ->
                last.report().run().equals(report.run())
                    && last.report().timeline() == report.timeline());
    return Optional.of(
        new LastWriter(
            report,
            same.map(LastWriter::kept).orElse(Position.NONE),
            same.map(LastWriter::keptAt).orElse(0L)));
  }

  /** The writer's node, as it was then; empty where it is unknown what it has kept. */
  Optional<TopologyNode> node(TopologyNode writer) {
    return kept == Position.NONE ? Optional.empty() : Optional.of(writer.keeping(kept, keptAt));
  }
}
