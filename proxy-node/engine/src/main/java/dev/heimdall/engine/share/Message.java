package dev.heimdall.engine.share;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Message of one node to the others. As text: the parts, separated by NUL, which no name contains.
 *
 * @param node who tells it; another name after each start
 * @param number counts what the node tells, from 1 without a gap
 * @param details for {@link Kind#WROTE} the tables; for {@link Kind#DOUBTED} how many milliseconds,
 *     and the tables, none for all of them; for {@link Kind#HERE} {@link #AGAIN} or nothing; for
 *     {@link Kind#WROTE_ANY} the definitions that were written, if any; for {@link Kind#CHANGING}
 *     and {@link Kind#FREE} the database; for {@link Kind#CHANGED} the number of what is over; for
 *     {@link Kind#KNOWN} node and number of what is known now
 */
record Message(Kind kind, String node, long number, List<String> details) {
  private static final String SEPARATOR = "\0";

  /** Sign that the sender has missed messages, and wants to hear again what still counts. */
  static final String AGAIN = "again";

  /** Kind of a message. */
  enum Kind {
    /** I am here. */
    HERE,
    /** These tables were written. */
    WROTE,
    /** Tables were written, and it is unknown which. */
    WROTE_ANY,
    /** It is not known whether these tables were written, or will be. */
    DOUBTED,
    /** Definitions of this database are about to be changed. */
    CHANGING,
    /** That is over, whatever came of it. */
    CHANGED,
    /** This database must have no users for a moment. */
    FREE,
    /** Settings with which sessions begin were changed. */
    DEFAULTS,
    /** I know of what you told. */
    KNOWN,
    /** I am going. */
    GONE
  }

  Message {
    details = List.copyOf(details);
  }

  static Message wrote(String node, long number, Collection<String> tables, boolean others) {
    return new Message(
        others ? Kind.WROTE_ANY : Kind.WROTE,
        node,
        number,
        others ? List.of() : List.copyOf(tables));
  }

  /** Returns the message about changed definitions, which change what is read under any name. */
  static Message redefined(String node, long number, Redefinition redefinition) {
    return new Message(Kind.WROTE_ANY, node, number, List.of(redefinition.encoded()));
  }

  static Message doubted(String node, long number, DoubtfulWrites.Doubt doubt) {
    List<String> details = new ArrayList<>();
    details.add(Long.toString(TimeUnit.NANOSECONDS.toMillis(doubt.nanos()) + 1));
    details.addAll(doubt.tables());
    return new Message(Kind.DOUBTED, node, number, details);
  }

  static Message free(String node, long number, String database) {
    return new Message(Kind.FREE, node, number, List.of(database));
  }

  static Message defaults(String node, long number) {
    return new Message(Kind.DEFAULTS, node, number, List.of());
  }

  static Message changing(String node, long number, String database) {
    return new Message(Kind.CHANGING, node, number, List.of(database));
  }

  /**
   * @param which by its number
   */
  static Message changed(String node, long number, long which) {
    return new Message(Kind.CHANGED, node, number, List.of(Long.toString(which)));
  }

  String encoded() {
    StringBuilder text = new StringBuilder();
    text.append(kind).append(SEPARATOR).append(node).append(SEPARATOR).append(number);
    details.forEach(detail -> text.append(SEPARATOR).append(detail));
    return text.toString();
  }

  /** Empty for a text that is no message of this version. */
  static Optional<Message> decode(String text) {
    String[] parts = text.split(SEPARATOR, -1);
    Optional<Kind> kind =
        Arrays.stream(Kind.values()).filter(k -> k.name().equals(parts[0])).findFirst();
    if (kind.isEmpty() || parts.length < 3 || !isNumber(parts[2])) {
      return Optional.empty();
    }
    return Optional.of(
        new Message(
            kind.get(),
            parts[1],
            Long.parseLong(parts[2]),
            Arrays.asList(parts).subList(3, parts.length)));
  }

  static boolean isNumber(String text) {
    return text.matches("[1-9][0-9]{0,17}");
  }
}
