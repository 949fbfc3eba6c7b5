package dev.heimdall.engine.boot;

import dev.heimdall.engine.events.EventKind;
import dev.heimdall.engine.events.NodeEvents;
import dev.heimdall.engine.topology.TopologyEvent;
import java.time.Duration;
import java.util.Optional;

/** Tells of one cluster what became of it since its writer was known first; before is no news. */
final class ClusterNews {
  private enum Writer {
    NEVER,
    THERE,
    LOST,
    FENCED
  }

  private final NodeEvents events;
  private final String source;
  private Writer writer = Writer.NEVER;

  ClusterNews(NodeEvents events, String source) {
    this.events = events;
    this.source = source;
  }

  synchronized void heard(TopologyEvent event) {
    kind(event)
        .ifPresent(kind -> events.happened(kind, source, event.server().toString(), words(event)));
    writer =
        switch (event.kind()) {
          case WRITER -> Writer.THERE;
          case NO_WRITER -> Writer.LOST;
          case FENCED -> Writer.FENCED;
          default -> writer;
        };
  }

  private Optional<EventKind> kind(TopologyEvent event) {
    return switch (event.kind()) {
      case NO_WRITER -> Optional.of(EventKind.FAILOVER_BEGUN);
      case WRITER ->
          switch (writer) {
            case NEVER -> Optional.empty();
            case THERE -> Optional.of(EventKind.WRITER_CHANGED);
            case LOST -> Optional.of(EventKind.FAILOVER_ENDED);
            case FENCED -> Optional.of(EventKind.WRITER_CONFIRMED);
          };
      case CONFLICT -> Optional.of(EventKind.WRITERS_IN_CONFLICT);
      case READ_ONLY -> Optional.of(EventKind.WRITER_READ_ONLY);
      case FENCED -> Optional.of(EventKind.WRITER_FENCED);
      case GLOBAL_CHANGE -> Optional.of(EventKind.GLOBAL_CHANGE);
      case DETACHED -> Optional.of(EventKind.SERVER_DETACHED);
      case DOWN -> Optional.of(EventKind.SERVER_LOST);
      case REPLACED -> Optional.of(EventKind.SERVER_REPLACED);
      case REMOVED -> Optional.of(EventKind.SERVER_REMOVED);
      case ADDED -> later(EventKind.SERVER_ADDED);
      case UP -> later(EventKind.SERVER_BACK);
    };
  }

  private Optional<EventKind> later(EventKind kind) {
    return writer == Writer.NEVER ? Optional.empty() : Optional.of(kind);
  }

  private static String words(TopologyEvent event) {
    return event
        .lasted()
        .filter(lasted -> lasted.compareTo(Duration.ZERO) > 0)
        .map(lasted -> "%s, after %d ms".formatted(event.cause(), lasted.toMillis()))
        .orElse(event.cause());
  }
}
