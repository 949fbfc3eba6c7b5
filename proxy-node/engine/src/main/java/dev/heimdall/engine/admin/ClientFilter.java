package dev.heimdall.engine.admin;

import dev.heimdall.engine.report.LiveView;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

/** Filter and order of the clients that an operator views. */
final class ClientFilter {
  /** More rows than anybody reads: a narrower filter shows the others. */
  private static final int MOST_ROWS = 200;

  private final LiveView look;

  ClientFilter(LiveView look) {
    this.look = look;
  }

  boolean takes(SeenClient client) {
    ClientRow row = client.row();
    return is("vdb", row.vdb())
        && is("user", row.user())
        && is("database", row.database())
        && is("state", client.state())
        && (look.parameter("address").isEmpty()
            || row.address().startsWith(look.parameter("address")))
        && (look.parameter("pinned").isEmpty() || row.pinReason() != null)
        && has(row.statement(), look.parameter("statement"));
  }

  private boolean is(String name, String value) {
    String wanted = look.parameter(name);
    return wanted.isEmpty() || wanted.equals(value);
  }

  private static boolean has(String text, String part) {
    return part.isEmpty()
        || text != null && text.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
  }

  /** Of most rows. */
  int most() {
    try {
      return Math.max(0, Math.min(MOST_ROWS, Integer.parseInt(look.parameter("most"))));
    } catch (NumberFormatException e) {
      return MOST_ROWS;
    }
  }

  /** Sort key of a client; it is also valid among clients of other nodes. */
  String key(SeenClient client) {
    String id = "%019d".formatted(client.row().id());
    return switch (look.parameter("order")) {
      case "connected" -> longest(client.connected()) + id;
      case "quiet" -> longest(client.quiet()) + id;
      case "user" -> Objects.toString(client.row().user(), "") + '\u0000' + id;
      case "address" -> client.row().address() + '\u0000' + id;
      case "queries" -> "%019d".formatted(Long.MAX_VALUE - client.row().queries()) + id;
      default -> client.urgency() + longest(length(client)) + id;
    };
  }

  private static Duration length(SeenClient client) {
    return client.row().waitMicros() > 0
        ? Duration.ofNanos(1000 * client.row().waitMicros())
        : client.quiet();
  }

  /** The longest one comes first. */
  private static String longest(Duration duration) {
    return "%019d".formatted(Long.MAX_VALUE - Math.max(0, duration.toMillis()));
  }
}
