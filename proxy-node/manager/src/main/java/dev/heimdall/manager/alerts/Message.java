package dev.heimdall.manager.alerts;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Message to a target.
 *
 * @param id the same whenever it is sent again, by whichever manager
 * @param leftOut how many events it was not told of before
 * @param test whether nothing has happened
 */
record Message(String id, List<Event> events, long leftOut, boolean test) {
  private static final int MOST = 20;

  Message {
    events = List.copyOf(events);
  }

  /** Creates the message of a test. */
  static Message ofTest() {
    return new Message(UUID.randomUUID().toString(), List.of(), 0, true);
  }

  /** Creates a message about the events, as of now. */
  static Message of(List<Event> events, long leftOut) {
    if (events.isEmpty()) {
      return new Message(UUID.randomUUID().toString(), events, leftOut, false);
    }
    // An event that goes on is told of again.
    String all =
        events.stream()
            .map(event -> event.id() + "@" + event.last())
            .collect(Collectors.joining(" "));
    String id = UUID.nameUUIDFromBytes(all.getBytes(StandardCharsets.UTF_8)).toString();
    return new Message(id, events, leftOut, false);
  }

  /** The events that it names. */
  List<Event> named() {
    return events.stream().limit(MOST).toList();
  }

  /** The worst that it tells. */
  Severity severity() {
    return events.stream()
        .map(Event::severity)
        .max(Comparator.naturalOrder())
        .orElse(Severity.INFO);
  }

  /** The kinds of its events, each once. */
  List<String> kinds() {
    return events.stream().map(Event::kind).distinct().sorted().toList();
  }

  /** In one line, without what is no text. */
  String headline(int longest) {
    String line;
    if (test) {
      line = "Heimdall: this is a test";
    } else if (events.isEmpty()) {
      line = "Heimdall: %d more events".formatted(leftOut);
    } else {
      Event worst =
          events.stream()
              .filter(one -> one.severity() == severity())
              .min(Comparator.comparing(Notices::isEnd)) // what begins says more
              .orElseThrow();
      long more = leftOut + events.size() - 1;
      line =
          "[%s] Heimdall: %s%s"
              .formatted(worst.word(), what(worst), more == 0 ? "" : " and " + more + " more");
    }
    String plain = line.replaceAll("[\\p{C}\\s]+", " ").strip();
    return plain.length() <= longest ? plain : plain.substring(0, longest - 3) + "...";
  }

  /** Names the event by kind, subject and server, without its words. */
  static String what(Event event) {
    StringBuilder text = new StringBuilder(event.kind().replace('-', ' '));
    if (!event.about().isEmpty()) {
      text.append(" of ").append(event.about());
    }
    if (!event.server().isEmpty()) {
      text.append(" (").append(event.server()).append(')');
    }
    return text.toString();
  }

  /** Number of events that the message does not name. */
  long others() {
    return leftOut + Math.max(0, events.size() - MOST);
  }

  /** In lines. */
  String text() {
    if (test) {
      return "Heimdall: this is a test.";
    }
    StringBuilder text = new StringBuilder("Heimdall");
    for (Event event : named()) {
      text.append("\n[")
          .append(event.word())
          .append("] ")
          .append(what(event))
          .append(": ")
          .append(event.words());
    }
    if (others() > 0) {
      text.append("\nand ").append(others()).append(" more events, which the manager shows");
    }
    return text.toString();
  }
}
