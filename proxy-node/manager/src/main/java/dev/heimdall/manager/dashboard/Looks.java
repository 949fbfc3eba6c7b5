package dev.heimdall.manager.dashboard;

import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.time.Clock;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a query wants to see: {@code node}, {@code vdb}, {@code range}, {@code since}. */
final class Looks {
  private final LiveFigures figures;
  private final Clock clock;

  Looks(LiveFigures figures, Clock clock) {
    this.figures = figures;
    this.clock = clock;
  }

  Shown of(Request request) throws Refusal {
    return figures.look(scope(request), span(request), since(request), clock.millis());
  }

  static Scope scope(Request request) throws Refusal {
    return new Scope(request.query("node").orElse(""), request.query("vdb").orElse(""));
  }

  static Span span(Request request) throws Refusal {
    String range = request.query("range").orElse(Span.FIVE_MINUTES.spelling);
    return Span.of(range)
        .orElseThrow(
            () ->
                Request.bad(
                    "The range \"%s\" is none of %s."
                        .formatted(
                            range,
                            Stream.of(Span.values())
                                .map(span -> span.spelling)
                                .collect(Collectors.joining(", ")))));
  }

  private static long since(Request request) throws Refusal {
    Optional<String> since = request.query("since");
    try {
      return since.isEmpty() ? 0 : Long.parseLong(since.get());
    } catch (NumberFormatException e) {
      throw Request.bad("\"since\" takes seconds since 1970, as \"times\" has them.");
    }
  }
}
