package dev.heimdall.manager.alerts;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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
      lines.add("    " + oneLine(event.words()));
      lines.add("    " + seen(event));
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
            .append("</strong><br>")
            .append(escaped(oneLine(event.words())))
            .append("<br><small>")
            .append(escaped(seen(event)))
            .append("</small></td></tr>");
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
    return event.severity().spelling();
  }

  private static String what(Event event) {
    return oneLine(Message.what(event));
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
