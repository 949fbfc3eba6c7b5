package dev.heimdall.engine.rds;

import dev.heimdall.routing.RdsView;
import java.time.Duration;
import java.util.Optional;

/**
 * What one node leaves for the others.
 *
 * @param pause how long it is best to leave the API alone
 * @param view what the API said last
 */
record Bulletin(Duration pause, RdsView view) {
  String encoded() {
    return pause.toMillis() + "\n" + view.encoded();
  }

  /** Empty for a text of another version. */
  static Optional<Bulletin> decode(String text) {
    int end = text.indexOf('\n');
    if (end < 0 || !text.substring(0, end).matches("[0-9]{1,12}")) {
      return Optional.empty();
    }
    Duration pause = Duration.ofMillis(Long.parseLong(text.substring(0, end)));
    return RdsView.decode(text.substring(end + 1)).map(view -> new Bulletin(pause, view));
  }
}
