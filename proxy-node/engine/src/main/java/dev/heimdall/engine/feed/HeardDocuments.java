package dev.heimdall.engine.feed;

import dev.heimdall.routing.TopologyDocument;
import java.util.List;

/**
 * What counts of what the node has, for all that is told of it in one round.
 *
 * @param known in the order in which they came
 * @param received the documents of these in the same order, with times no later than they came
 */
record HeardDocuments(List<KnownDocument> known, List<TopologyDocument> received) {
  static HeardDocuments of(List<KnownDocument> known) {
    return new HeardDocuments(
        List.copyOf(known), known.stream().map(KnownDocument::received).toList());
  }
}
