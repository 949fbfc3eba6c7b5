package dev.heimdall.engine.admin;

import dev.heimdall.engine.feed.FeedState;
import dev.heimdall.engine.feed.KnownDocument;
import java.time.Duration;
import java.util.List;

/**
 * A topology document that the node has.
 *
 * @param age how long ago it was heard that there is none after it
 */
record TopologyRow(KnownDocument known, Duration age) {
  static List<TopologyRow> all(FeedState state) {
    return state.documents().stream()
        .map(known -> new TopologyRow(known, state.age(known)))
        .toList();
  }
}
