package dev.heimdall.manager.dashboard;

import dev.heimdall.manager.web.DeferredRequest;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Parameters of a query for figures: {@code node}, {@code vdb}, {@code range}, {@code since}. */
final class FigureQueries {
  private static final Duration FOR_THE_DISK = Duration.ofSeconds(5);
  private static final Duration AGAIN = Duration.ofMillis(200);

  private final LiveFigures figures;
  private final Lags lags;
  private final KeptFigures kept;
  private final Months months;
  private final Clock clock;

  FigureQueries(LiveFigures figures, Lags lags, KeptFigures kept, Months months, Clock clock) {
    this.figures = figures;
    this.lags = lags;
    this.kept = kept;
    this.months = months;
    this.clock = clock;
  }

  ShownFigures of(Request request) throws Refusal {
    Span span = span(request);
    if (span == Span.MONTH) {
      ShownFigures now =
          figures.look(scope(request), Span.FIVE_MINUTES, Long.MAX_VALUE, clock.millis());
      return kept.month(onDisk(request), scope(request), since(request), now);
    }
    ShownFigures shown = figures.look(scope(request), span, since(request), clock.millis());
    return shown.with(lags.columns(span, shown.times()));
  }

  /**
   * Returns the figures on disk; none if it does not answer: the figures in memory are shown then.
   */
  private Month onDisk(Request request) throws Refusal {
    Optional<CompletableFuture<Month>> reading = months.of(scope(request));
    if (reading.isPresent() && reading.get().isDone()) {
      return reading.get().exceptionally(failure -> Month.empty()).join();
    }
    if (request.waited().compareTo(FOR_THE_DISK) < 0) {
      throw reading.isPresent()
          ? DeferredRequest.until(reading.get().copy(), FOR_THE_DISK)
          : DeferredRequest.after(AGAIN);
    }
    return Month.empty();
  }

  /** True if events are wanted, which need not be looked up as often as figures. */
  static boolean wantsEvents(Request request) throws Refusal {
    return since(request) == 0 || request.query("events").isPresent();
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
