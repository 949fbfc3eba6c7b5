package dev.heimdall.manager.alerts;

import dev.heimdall.manager.pages.Times;
import dev.heimdall.manager.problems.Alert;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** A message as the body of an e-mail: as text, and as HTML for who reads that. */
final class MailText {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final String CELL =
      "<td style=\"padding:6px 12px 6px 0;vertical-align:top;white-space:nowrap\">%s</td>";

  private MailText() {}

  static String plain(Message message) {
    List<String> lines = new ArrayList<>();
    if (message.test()) {
      lines.add("This is a test of Heimdall's alerts. Nothing has happened.");
    }
    for (Event event : message.named()) {
      lines.add("%s  %s  %s".formatted(TIME.format(event.at()), word(event), what(event)));
      told(event).forEach(line -> lines.add("    " + line));
      lines.add("");
    }
    others(message).ifPresent(lines::add);
    return String.join("\n", lines).strip() + "\n";
  }

  static String html(Message message) {
    StringBuilder html = new StringBuilder(500);
    html.append("<!doctype html><html><body style=\"font-family:sans-serif;font-size:14px\">");
    html.append("<p><strong>").append(escaped(message.headline(200))).append("</strong></p>");
    if (message.test()) {
      html.append("<p>Nothing has happened.</p>");
    }
    if (!message.events().isEmpty()) {
      html.append("<table style=\"border-collapse:collapse\">");
      for (Event event : message.named()) {
        html.append("<tr>")
            .append(CELL.formatted(escaped(TIME.format(event.at()))))
            .append(CELL.formatted(escaped(word(event))))
            .append("<td style=\"padding:6px 0\"><strong>")
            .append(escaped(what(event)))
            .append("</strong>");
        told(event).forEach(line -> html.append("<br>").append(escaped(line)));
        html.append("</td></tr>");
      }
      html.append("</table>");
    }
    others(message).ifPresent(words -> html.append("<p>").append(escaped(words)).append("</p>"));
    return html.append("</body></html>\n").toString();
  }

  private static Optional<String> others(Message message) {
    return message.others() == 0
        ? Optional.empty()
        : Optional.of("%d more events: the manager shows them.".formatted(message.others()));
  }

  private static String word(Event event) {
    return event.word();
  }

  private static String what(Event event) {
    return oneLine(Message.what(event));
  }

  /** Describes an event in lines. */
  private static List<String> told(Event event) {
    List<String> lines = new ArrayList<>();
    lines.add(oneLine(event.words()));
    event.alert().ifPresent(alert -> told(alert, lines));
    if (!event.by().isEmpty()) {
      lines.add(oneLine(seen(event)));
    }
    return lines;
  }

  private static void told(Alert alert, List<String> lines) {
    if (alert.ended().isPresent()) {
      lines.add(
          "It is over since %s UTC, after %s."
              .formatted(
                  Times.shown(alert.ended().get()),
                  Times.lasting(Duration.between(alert.started(), alert.ended().get()))));
      return;
    }
    Stream.of(alert.detail(), alert.effect(), alert.next())
        .filter(line -> !line.isEmpty())
        .forEach(line -> lines.add(oneLine(line)));
  }

  private static String seen(Event event) {
    return "seen by %s%s"
        .formatted(
            String.join(", ", event.by()),
            event.count() > 1 ? ", %d times".formatted(event.count()) : "");
  }

  private static String oneLine(String text) {
    return text.replaceAll("[\\p{C}\\s]+", " ").strip();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
