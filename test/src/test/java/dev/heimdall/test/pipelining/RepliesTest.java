package dev.heimdall.test.pipelining;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The comparison of replies misses nothing. */
class RepliesTest {
  private static final Message READY = new Message('Z', new byte[] {'I'});
  private static final Message CANCELLED =
      error("ERROR", "57014", "canceling statement due to user request", "postgres.c");

  private static Message message(char type, String body) {
    return new Message(type, body.getBytes(StandardCharsets.UTF_8));
  }

  private static Message error(String severity, String code, String text, String file) {
    return message(
        'E', "S%s\0V%s\0C%s\0M%s\0F%s\0\0".formatted(severity, severity, code, text, file));
  }

  private static Message row(String value) {
    return message('D', "\0\1\0\0\0" + (char) value.length() + value);
  }

  private static Reply reply(Message... messages) {
    return new Reply("a question", Reply.Cancel.NONE, List.of(messages));
  }

  private static Reply cancel(Reply.Cancel cancel, Message... messages) {
    return new Reply("a question", cancel, List.of(messages));
  }

  private static List<Reply> stream() {
    return new ArrayList<>(
        List.of(
            reply(
                message('T', "columns"), row("one"), row("two"), message('C', "SELECT 2\0"), READY),
            reply(message('N', "SNOTICE\0C00000\0Mhear\0\0"), row("three"), READY),
            reply(error("ERROR", "22012", "division by zero", "int.c"), READY),
            reply(message('S', "TimeZone\0UTC\0"), message('C', "SET\0"), READY)));
  }

  private static boolean differs(List<Reply> other) {
    return Replies.difference(stream(), other).isPresent()
        && Replies.difference(other, stream()).isPresent();
  }

  private static boolean alike(Reply one, Reply other) {
    boolean alike = Replies.difference(List.of(one), List.of(other)).isEmpty();
    assertThat(Replies.difference(List.of(other), List.of(one)).isEmpty()).isEqualTo(alike);
    return alike;
  }

  @Test
  void theSameIsNoDifference() {
    assertThat(Replies.difference(stream(), stream())).isEmpty();
  }

  @Test
  void anyByteOfAnyMessageIsADifference() {
    List<Reply> stream = stream();
    for (int i = 0; i < stream.size(); i++) {
      List<Message> messages = stream.get(i).messages();
      for (int m = 0; m < messages.size(); m++) {
        Message message = messages.get(m);
        for (int at = 0; at < message.body().length; at++) {
          byte[] body = message.body().clone();
          body[at] ^= 1;
          if (message.type() != 'E' && message.type() != 'N') {
            assertThat(differs(with(i, m, new Message(message.type(), body)))).isTrue();
          }
        }
        assertThat(differs(with(i, m, new Message('?', message.body())))).isTrue();
      }
    }
  }

  @Test
  void aMissingADoubledAndAForeignMessageAreDifferences() {
    List<Reply> stream = stream();
    for (int i = 0; i < stream.size(); i++) {
      for (int m = 0; m < stream.get(i).messages().size(); m++) {
        Message message = stream.get(i).messages().get(m);
        assertThat(differs(with(i, m))).isTrue();
        assertThat(differs(with(i, m, message, message))).isEqualTo(message.type() != 'S');
        assertThat(differs(with(i, m, message('N', "SNOTICE\0C00000\0Mforeign\0\0"), message)))
            .isTrue();
      }
    }
  }

  @Test
  void answersInAnotherOrderOrMissingAreDifferences() {
    List<Reply> swapped = stream();
    swapped.add(0, swapped.remove(1));
    assertThat(differs(swapped)).isTrue();
    assertThat(differs(stream().subList(0, 3))).isTrue();
    assertThat(differs(List.of())).isTrue();
  }

  @Test
  void parametersMayComeInAnotherOrderAndMustAllBeTold() {
    Message zone = message('S', "TimeZone\0UTC\0");
    Message style = message('S', "DateStyle\0ISO\0");
    Message end = message('C', "SET\0");

    assertThat(alike(reply(zone, style, end, READY), reply(end, style, zone, READY))).isTrue();
    assertThat(alike(reply(zone, style, end, READY), reply(end, style, READY))).isFalse();
    assertThat(alike(reply(end, READY), reply(end, style, READY))).isFalse();
  }

  @Test
  void whatAResetBringsBackMayBeToldRightBehindItAndNoLater() {
    Message own = message('S', "TimeZone\0Africa/Cairo\0");
    Message servers = message('S', "TimeZone\0UTC\0");
    Message end = message('C', "RESET\0");
    Reply next = reply(row("next"), READY);
    List<Reply> direct = List.of(reset(end, own, READY), next);

    assertThat(
            Replies.difference(
                direct, List.of(reset(end, servers, READY), reply(own, row("next"), READY))))
        .isEmpty();
    assertThat(
            Replies.difference(
                direct, List.of(reset(end, servers, READY), reply(row("next"), own, READY))))
        .isPresent();
    assertThat(Replies.difference(direct, List.of(reset(end, servers, READY), next))).isPresent();
  }

  private static Reply reset(Message... messages) {
    return new Reply("RESET ALL", Reply.Cancel.NONE, List.of(messages));
  }

  @Test
  void anErrorsTextCountsAndItsPlaceInTheSourceDoesNot() {
    Reply one = reply(error("ERROR", "22012", "division by zero", "int.c"), READY);
    assertThat(alike(one, reply(error("ERROR", "22012", "division by zero", "float.c"), READY)))
        .isTrue();
    assertThat(alike(one, reply(error("ERROR", "22012", "division by one", "int.c"), READY)))
        .isFalse();
    assertThat(alike(one, reply(error("ERROR", "22003", "division by zero", "int.c"), READY)))
        .isFalse();
    assertThat(alike(one, reply(error("FATAL", "22012", "division by zero", "int.c"), READY)))
        .isFalse();
  }

  @Test
  void aCancelKeyMayBeAnotherOfTheSameLength() {
    assertThat(alike(reply(message('K', "12345678")), reply(message('K', "87654321")))).isTrue();
    assertThat(alike(reply(message('K', "12345678")), reply(message('K', "1234567")))).isFalse();
  }

  @Test
  void whatWasAskedMustBeTheSame() {
    Reply other = new Reply("another question", Reply.Cancel.NONE, List.of(READY));
    assertThat(alike(reply(READY), other)).isFalse();
    assertThat(alike(reply(READY), cancel(Reply.Cancel.MAYBE, READY))).isFalse();
  }

  @Test
  void aStatementMayEndBeforeItIsCancelled() {
    Message columns = message('T', "columns");
    Message end = message('C', "SELECT 1\0");
    Reply whole = cancel(Reply.Cancel.MAYBE, columns, row("one"), end, READY);

    assertThat(alike(whole, whole)).isTrue();
    assertThat(alike(whole, cancel(Reply.Cancel.MAYBE, CANCELLED, READY))).isTrue();
    assertThat(alike(whole, cancel(Reply.Cancel.MAYBE, columns, CANCELLED, READY))).isTrue();
    assertThat(alike(whole, cancel(Reply.Cancel.MAYBE, row("one"), CANCELLED, READY))).isFalse();
    assertThat(alike(whole, cancel(Reply.Cancel.MAYBE, columns, row("two"), end, READY))).isFalse();
    assertThat(alike(whole, cancel(Reply.Cancel.MAYBE, columns, row("two"), CANCELLED, READY)))
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"MAYBE", "SURE"})
  void twoThatAreCancelledMayHaveSaidMoreOrLess(Reply.Cancel cancel) {
    Message columns = message('T', "columns");
    Reply late = cancel(cancel, columns, row("one"), CANCELLED, READY);

    assertThat(alike(late, cancel(cancel, CANCELLED, READY))).isTrue();
    assertThat(alike(late, cancel(cancel, columns, CANCELLED, READY))).isTrue();
    assertThat(alike(late, cancel(cancel, row("one"), CANCELLED, READY))).isFalse();
    Message byTime =
        error("ERROR", "57014", "canceling statement due to statement timeout", "postgres.c");
    assertThat(alike(late, cancel(cancel, columns, byTime, READY))).isFalse();
    assertThat(alike(late, cancel(cancel, CANCELLED, new Message('Z', new byte[] {'E'}))))
        .isFalse();
  }

  @Test
  void oneThatIsSurelyCancelledDoesNotEndOtherwise() {
    Reply cancelled = cancel(Reply.Cancel.SURE, CANCELLED, READY);
    assertThat(alike(cancelled, cancel(Reply.Cancel.SURE, row("one"), READY))).isFalse();
  }

  @Test
  void aCancelThatHitsAnotherStatementIsADifference() {
    Reply whole = reply(row("one"), READY);
    assertThat(alike(whole, reply(CANCELLED, READY))).isFalse();
  }

  private static List<Reply> with(int reply, int at, Message... instead) {
    List<Reply> stream = stream();
    List<Message> messages = new ArrayList<>(stream.get(reply).messages());
    messages.remove(at);
    messages.addAll(at, Arrays.asList(instead));
    stream.set(reply, reply(messages.toArray(Message[]::new)));
    return stream;
  }
}
