package dev.heimdall.test.pipelining;

import dev.heimdall.test.fixture.Message;
import java.nio.BufferUnderflowException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Compares what one client was answered on two ways to the same database. Every byte must be the
 * same, but for
 *
 * <ul>
 *   <li>BackendKeyData: cancel keys are the node's own;
 *   <li>ParameterStatus: before ReadyForQuery, a client must have been told the same of its
 *       settings, in whatever order. What it had at its start and a RESET brings back, the node
 *       tells behind the server's answer;
 *   <li>file, line and routine of errors and notices: the node's own messages have none;
 *   <li>statements that their client cancelled: one may have been over before, another have said
 *       something before, as it happens on direct connections. What was said must be a beginning of
 *       what others say, and of the error its severity, code and message must agree.
 * </ul>
 */
final class Replies {
  private static final List<Character> PLACE_IN_SOURCE = List.of('F', 'L', 'R');

  private final Parameters expectedParameters = new Parameters();
  private final Parameters actualParameters = new Parameters();

  /** Whether the client is still to be told of its own start-up values. */
  private boolean untold;

  private Replies() {}

  /** The first difference, in words. */
  static Optional<String> difference(List<Reply> expected, List<Reply> actual) {
    Replies comparison = new Replies();
    int both = Math.min(expected.size(), actual.size());
    for (int i = 0; i < both; i++) {
      Reply wanted = expected.get(i);
      Reply got = actual.get(i);
      if (!wanted.asked().equals(got.asked()) || wanted.cancel() != got.cancel()) {
        return Optional.of(
            "reply %d: asked %s, and there %s".formatted(i, wanted.asked(), got.asked()));
      }
      if (!comparison.agree(wanted, got)) {
        return Optional.of(
            "reply %d to %s:%n  expected %s%n  got      %s"
                .formatted(i, wanted.asked(), shown(wanted), shown(got)));
      }
    }
    return expected.size() == actual.size()
        ? Optional.empty()
        : Optional.of(
            "%d replies were expected, and there are %d".formatted(expected.size(), actual.size()));
  }

  private boolean agree(Reply wanted, Reply got) {
    if (!told(wanted, got)) {
      return false;
    }
    Reply expected = wanted.without('S');
    Reply actual = got.without('S');
    return wanted.cancel() == Reply.Cancel.NONE
        ? same(expected.messages(), actual.messages())
        : alike(expected, actual);
  }

  /** Whether the client knows the same values of settings now. */
  private boolean told(Reply wanted, Reply got) {
    if (wanted.logIn()) {
      expectedParameters.clear();
      actualParameters.clear();
      untold = false;
    }
    int wantedAhead = expectedParameters.readAhead(wanted.messages());
    int gotAhead = actualParameters.readAhead(got.messages());
    if (untold && !expectedParameters.equals(actualParameters)) {
      return false;
    }
    expectedParameters.read(wanted.messages(), wantedAhead);
    actualParameters.read(got.messages(), gotAhead);
    untold = !expectedParameters.equals(actualParameters);
    return !untold || wanted.resets();
  }

  private static boolean same(List<Message> expected, List<Message> actual) {
    return expected.size() == actual.size() && begins(expected, actual);
  }

  /** Whether the one is the other's beginning. */
  private static boolean begins(List<Message> whole, List<Message> beginning) {
    if (beginning.size() > whole.size()) {
      return false;
    }
    for (int i = 0; i < beginning.size(); i++) {
      if (!same(whole.get(i), beginning.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean same(Message one, Message other) {
    return one.type() == other.type()
        && (Arrays.equals(one.body(), other.body())
            || switch (one.type()) {
              case 'K' -> one.body().length == other.body().length;
              case 'E', 'N' -> said(one).equals(said(other));
              default -> false;
            });
  }

  private static Map<Character, String> said(Message message) {
    Map<Character, String> fields = message.fields();
    fields.keySet().removeAll(PLACE_IN_SOURCE);
    return fields;
  }

  private static boolean alike(Reply expected, Reply actual) {
    boolean both = expected.cancelled() && actual.cancelled();
    if (expected.cancel() == Reply.Cancel.SURE && !both) {
      return false;
    }
    if (!expected.cancelled() && !actual.cancelled()) {
      return same(expected.messages(), actual.messages());
    }
    if (both && !ending(expected).equals(ending(actual))) {
      return false;
    }
    Reply shorter = actual.cancelled() ? actual : expected;
    Reply longer = shorter == actual ? expected : actual;
    if (both && actual.messages().size() > expected.messages().size()) {
      shorter = expected;
      longer = actual;
    }
    return begins(longer.answered(), shorter.answered());
  }

  /** How a cancelled statement ends: what the error says without its context, and the status. */
  private static List<Object> ending(Reply reply) {
    List<Message> last = reply.messages().subList(reply.answered().size(), reply.messages().size());
    Map<Character, String> fields = last.get(0).fields();
    fields.keySet().retainAll(List.of('S', 'V', 'C', 'M'));
    return List.of(fields, last.get(1).status());
  }

  private static String shown(Reply reply) {
    String all = reply.messages().stream().map(Replies::shown).collect(Collectors.joining(", "));
    return all.length() > 2_000 ? all.substring(0, 2_000) + "…" : all;
  }

  private static String shown(Message message) {
    try {
      return message.toString();
    } catch (BufferUnderflowException e) {
      return message.type() + " of " + message.body().length + " bytes that cannot be read";
    }
  }

  /** What a client was told of settings. */
  private static final class Parameters {
    private final Map<String, String> values = new TreeMap<>();

    /** Reads what stands before anything else, and says how many messages that are. */
    int readAhead(List<Message> messages) {
      int at = 0;
      while (at < messages.size() && messages.get(at).type() == 'S') {
        read(messages.get(at++));
      }
      return at;
    }

    void read(List<Message> messages, int from) {
      messages.subList(from, messages.size()).stream()
          .filter(message -> message.type() == 'S')
          .forEach(this::read);
    }

    private void read(Message message) {
      try {
        values.put(message.parameter().getKey(), message.parameter().getValue());
      } catch (BufferUnderflowException e) {
        values.put(Arrays.toString(message.body()), "cannot be read");
      }
    }

    void clear() {
      values.clear();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Parameters that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
      return values.hashCode();
    }
  }
}
