package dev.heimdall.engine.feed;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * State of the feed: documents and pushes that the node has received up to now.
 *
 * @param documents what it knows, one document of each who writes them
 * @param pushes what became of pushes, by kind; each kind is in it
 * @param byPreviousKey how many of the pushes that were let in were not signed by the newest key
 * @param trouble what is the matter with the store; empty: nothing, or there is none
 * @param now when that was so
 */
public record FeedState(
    List<KnownDocument> documents,
    Map<Push.Kind, Long> pushes,
    long byPreviousKey,
    Optional<String> trouble,
    Instant now) {
  public FeedState {
    documents = List.copyOf(documents);
    pushes = Map.copyOf(pushes);
  }

  /** Time since the last confirmation that a document is still what its writer reports. */
  public Duration age(KnownDocument known) {
    Duration age = Duration.between(known.heard(), now);
    return age.isNegative() ? Duration.ZERO : age;
  }
}
