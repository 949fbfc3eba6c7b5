package dev.heimdall.manager.alerts;

import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Filter of events from the query; empty parts match all.
 *
 * @param severity the least
 * @param node who has seen it, or whom it is about
 * @param about what it is about, or a part of it
 */
public record Wanted(
    String kind, String severity, String node, String about, String from, String to) {
  private static final String PARAMETER = "%s=%s";

  static Wanted of(Request request) throws Refusal {
    Wanted wanted =
        new Wanted(
            asked(request, "kind"),
            asked(request, "severity"),
            asked(request, "node"),
            asked(request, "about"),
            asked(request, "from"),
            asked(request, "to"));
    if (!wanted.severity.isEmpty() && Severity.of(wanted.severity).isEmpty()) {
      throw Request.bad("A severity is info, warning or critical.");
    }
    Request.time(wanted.from);
    Request.time(wanted.to);
    return wanted;
  }

  /** True if events are left out. */
  public boolean isSet() {
    return !(kind + severity + node + about + from + to).isEmpty();
  }

  private static String asked(Request request, String name) throws Refusal {
    return request.query(name).orElse("").strip();
  }

  List<Event> of(List<Event> events) throws Refusal {
    Severity least = Severity.of(severity).orElse(Severity.INFO);
    Optional<Instant> begin = Request.time(from);
    Optional<Instant> end = Request.time(to);
    return events.stream()
        .filter(event -> kind.isEmpty() || event.kind().equals(kind))
        .filter(event -> event.severity().compareTo(least) >= 0)
        .filter(event -> node.isEmpty() || event.by().contains(node) || event.about().equals(node))
        .filter(event -> event.about().contains(about) || event.server().contains(about))
        .filter(event -> begin.isEmpty() || !event.last().isBefore(begin.get()))
        .filter(event -> end.isEmpty() || event.at().isBefore(end.get()))
        .toList();
  }

  /** As a query of a link. */
  String query() {
    return String.join(
        "&",
        PARAMETER.formatted("kind", encoded(kind)),
        PARAMETER.formatted("severity", encoded(severity)),
        PARAMETER.formatted("node", encoded(node)),
        PARAMETER.formatted("about", encoded(about)),
        PARAMETER.formatted("from", encoded(from)),
        PARAMETER.formatted("to", encoded(to)));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
