package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.pipeline.QueryPipeline;
import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.LoopSessions;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.session.lease.ClientRequests;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.postgres.BackendType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/** Parse messages whose statements go to another engine: checked and remembered, sent nowhere. */
final class ForeignParses {
  private final HandledClient client;
  private final ClientRequests requests;
  private final RequestCursor cursor;
  private final ClientInput pending;
  private final StatementLifecycle lifecycle;
  private final LoopSessions sessions;
  private final ServerNames names;
  private final PreparedNames own;
  private final UnnamedStatement unnamed;
  private final ForeignReplies replies;

  ForeignParses(
      RequestParts parts,
      RequestCursor cursor,
      ServerNames names,
      UnnamedStatement unnamed,
      ForeignReplies replies) {
    this.client = parts.client();
    this.requests = parts.control();
    this.cursor = cursor;
    this.pending = parts.input();
    this.lifecycle = parts.lifecycle();
    this.sessions = parts.sessions();
    this.names = names;
    this.own = parts.carried().names();
    this.unnamed = unnamed;
    this.replies = replies;
  }

  /**
   * Takes the Parse at the reader's position.
   *
   * @param failed given why the statement is rejected, if it is
   * @return whether the reader may go on
   */
  boolean parse(Consumer<ServerError> failed) {
    int at = cursor.body(0);
    int end = cursor.end(0);
    int nameLength = cursor.string(at, end);
    int textAt = at + nameLength + 1;
    int textLength = nameLength < 0 ? -1 : cursor.string(textAt, end);
    if (textLength < 0 || nameLength > BatchShape.MAX_NAMES) {
      client.protocolError("invalid string in message");
      return false;
    }
    byte[] name = cursor.copy(at, at + nameLength);
    byte[] sql = cursor.copy(textAt, textAt + textLength);
    if (!lifecycle.preview(sql, sql.length, names.lexerMode(sql, 0, sql.length))) {
      requests.block();
      return false;
    }
    ServerError refusal = refusal(name);
    if (refusal != null) {
      pending.begin(cursor.total(0), true);
      failed.accept(refusal);
      return true;
    }
    ServerError another = name.length > 0 ? own.refusesAnother(client.preparedLimit()) : null;
    if (another != null) {
      client.fatal(another);
      return false;
    }
    if (!remember(name, sql, cursor.copy(textAt + textLength, end))) {
      client.refuseUnnamed();
      return false;
    }
    pending.begin(cursor.total(0), true);
    replies.say(BackendType.PARSE_COMPLETE);
    return true;
  }

  private ServerError refusal(byte[] name) {
    ServerError refusal = NextStatement.refusal(lifecycle.previewed().decision());
    return refusal == null && name.length > 0 && own.get(name) != null
        ? ServerError.error(
            "42P05",
            "prepared statement \""
                + new String(name, StandardCharsets.UTF_8)
                + "\" already exists")
        : refusal;
  }

  /**
   * @param rest what follows the text, from its terminating zero on: the types of its parameters
   * @return whether there is room for it
   */
  private boolean remember(byte[] name, byte[] sql, byte[] rest) {
    QueryPipeline previewed = lifecycle.previewed();
    ClassifiedText examined =
        previewed.keep(new ClassifiedText(), sql, sql.length, names.lexerMode(sql, 0, sql.length));
    StatementFacts facts = previewed.effects();
    byte[] text = sql;
    Optional<String> transformed = lifecycle.transformed();
    if (transformed.isPresent()) {
      text = transformed.get().getBytes(StandardCharsets.UTF_8);
      facts =
          sessions
              .classifier()
              .classify(text, 0, text.length, names.lexerMode(text, 0, text.length));
    }
    byte[] body = Arrays.copyOf(text, text.length + rest.length);
    System.arraycopy(rest, 0, body, text.length, rest.length);
    if (name.length > 0) {
      PreparedStatement statement = names.own().alone(name, body, facts);
      statement.source(examined);
      own.put(name, statement);
      return true;
    }
    if (!unnamed.hasRoomFor(body.length, ClassifiedText.weight(examined), false)) {
      return false;
    }
    unnamed.source(examined, ClassifiedText.weight(examined));
    unnamed.becomes(body, facts);
    return true;
  }
}
