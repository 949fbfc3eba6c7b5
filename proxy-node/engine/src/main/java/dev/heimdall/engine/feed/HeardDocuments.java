package dev.heimdall.engine.feed;

import dev.heimdall.routing.TopologyDocument;
import java.util.List;

/**
 * The documents of the node that still count, for all clusters that one round notifies.
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
