package dev.heimdall.test.rules;

import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;

import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** What a client has got for one statement. */
record Replies(List<Message> messages) {
  /** The answer to a simple query. */
  static Replies simple(RawClient client, String sql) throws IOException {
    return new Replies(client.query(sql));
  }

  /** The answer to Parse, Bind, Describe, Execute and Sync without names. */
  static Replies batch(RawClient client, String sql, String... parameters) throws IOException {
    client.send(statement(sql, parameters), sync());
    return new Replies(client.untilReady());
  }

  /** The messages' types, one after the other. */
  String types() {
    return messages.stream().map(m -> String.valueOf(m.type())).collect(Collectors.joining());
  }

  private Message first(char type) {
    return messages.stream()
        .filter(m -> m.type() == type)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + type + " in " + messages));
  }

  /** The tag of the statement that was answered first. */
  String tag() {
    return first('C').text();
  }

  /** The first column of the first row. */
  String value() {
    return first('D').columns().get(0);
  }

  /** The name of the first column of the first description. */
  String column() {
    byte[] body = first('T').body();
    int end = 2;
    while (body[end] != 0) {
      end++;
    }
    return new String(body, 2, end - 2, StandardCharsets.UTF_8);
  }

  /** The SQLSTATE of the first error; "00000" when there is none. */
  String state() {
    return messages.stream()
        .filter(m -> m.type() == 'E')
        .findFirst()
        .map(Message::sqlState)
        .orElse("00000");
  }

  /** Whether a {@code drop} rule has refused the statement. */
  boolean refused() {
    return messages.stream()
        .anyMatch(
            m ->
                m.type() == 'E'
                    && m.sqlState().equals("42501")
                    && m.fields().get('M').equals("statement rejected by a rule"));
  }
}
