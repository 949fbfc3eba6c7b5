package dev.heimdall.engine.rds;

import dev.heimdall.routing.TopologyDocument;
import dev.heimdall.routing.TopologyException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * Result that one node leaves for the others.
 *
 * @param pause how long it is best to leave the API alone
 * @param document what the API said last, if it has said anything
 */
record PublishedResult(Duration pause, Optional<TopologyDocument> document) {
  String encoded() {
    return pause.toMillis()
        + "\n"
        + document.map(one -> new String(one.json(), StandardCharsets.UTF_8)).orElse("");
  }

  /** Empty for a text of another version. */
  static Optional<PublishedResult> decode(String text) {
    int end = text.indexOf('\n');
    if (end < 0 || !text.substring(0, end).matches("[0-9]{1,12}")) {
      return Optional.empty();
    }
    Duration pause = Duration.ofMillis(Long.parseLong(text.substring(0, end)));
    String json = text.substring(end + 1);
    try {
      return Optional.of(
          new PublishedResult(
              pause,
              json.isEmpty()
                  ? Optional.empty()
                  : Optional.of(TopologyDocument.parse(json.getBytes(StandardCharsets.UTF_8)))));
    } catch (TopologyException e) {
      return Optional.empty();
    }
  }
}
