package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.lease.Destinations;
import dev.heimdall.engine.session.statement.NextStatement;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.wire.postgres.FrontendType;
import io.netty.buffer.ByteBuf;
import java.util.function.BooleanSupplier;

/**
 * Before an extended-protocol batch gets a server connection: looks ahead for the first statement
 * that it runs, and takes that through the pipeline, so that rules can keep it back or send it
 * elsewhere, and it may share a connection.
 */
final class BatchJudgement {
  private final HandledClient client;
  private final Destinations destinations;
  private final StatementLifecycle lifecycle;
  private final NextStatement next;
  private final BooleanSupplier asked;
  private final RequestCursor cursor;
  private final LoopContext loop;
  private final ServerNames names;
  private final ExtendedStatements extended;

  /**
   * True if the batch begins with a read that its client has described before it binds it: another
   * server may run it than the one that describes it.
   */
  boolean describesAhead;

  /**
   * @param asked whether something besides rules wants to know what batches do
   */
  BatchJudgement(
      HandledClient client,
      Destinations destinations,
      StatementLifecycle lifecycle,
      BooleanSupplier asked,
      RequestCursor cursor,
      LoopContext loop,
      ServerNames names,
      ExtendedStatements extended) {
    this.client = client;
    this.destinations = destinations;
    this.lifecycle = lifecycle;
    this.next = lifecycle.next();
    this.asked = asked;
    this.cursor = cursor;
    this.loop = loop;
    this.names = names;
    this.extended = extended;
  }

  /**
   * Applies rules to the first statement that the batch runs.
   *
   * @return whether the batch may go on
   */
  boolean go() {
    describesAhead = false;
    boolean ahead = lifecycle.ruled() || asked.getAsBoolean();
    if (next.onItsWay() || !ahead) {
      return true;
    }
    destinations.prepares(Decision.NONE);
    RequestCursor batch = cursor.read();
    int parsed = -1;
    for (int i = 0; i < batch.count(); i++) {
      switch (batch.type(i)) {
        case FrontendType.BIND -> {
          return judgeBind(batch.start(i), batch.end(i), i);
        }
        case FrontendType.PARSE -> parsed = batch.start(i);
        default -> {}
      }
    }
    if (batch.partial() == FrontendType.BIND) {
      // Its names suffice: parameters may still be on their way.
      return judgeBind(batch.start(batch.count()), batch.bytes().writerIndex(), batch.count());
    }
    boolean describes = client.led() && SingleStatement.describesAhead(batch.bytes());
    boolean leads =
        describes
            || destinations.forwards()
            || client.led() && SingleStatement.onlyPrepares(batch.bytes());
    if (parsed >= 0 && leads && !judgeParse(parsed, false)) {
      return false;
    }
    describesAhead = describes && client.mayRunElsewhere();
    return true;
  }

  /**
   * True if more of the first Bind is to come before the batch can go on: a statement that a rule
   * defers is carried out elsewhere, with all of its parameters, and needs no server connection
   * until these are here.
   *
   * @param limit of a Bind that can be deferred, in bytes
   */
  boolean awaitsDeferred(long limit) {
    if (!next.onItsWay() || !lifecycle.deferral().wanted()) {
      return false;
    }
    RequestCursor batch = cursor.read();
    for (int i = 0; i < batch.count(); i++) {
      if (batch.type(i) == FrontendType.BIND) {
        return false;
      }
    }
    return batch.partial() == FrontendType.BIND && batch.partialTotal() <= limit;
  }

  /**
   * @param ahead number of messages ahead of it, of which one may have parsed what it runs
   */
  private boolean judgeBind(int bind, int end, int ahead) {
    ByteBuf input = cursor.bytes();
    int portalEnd = input.indexOf(bind + 5, end, (byte) 0);
    int nameEnd = portalEnd < 0 ? -1 : input.indexOf(portalEnd + 1, end, (byte) 0);
    if (nameEnd < 0) {
      return true; // the error comes when it is read
    }
    for (int i = ahead - 1; i >= 0; i--) {
      if (cursor.type(i) == FrontendType.PARSE
          && sameName(input, cursor.start(i) + 5, portalEnd + 1)) {
        return judgeParse(cursor.start(i), true);
      }
    }
    if (nameEnd == portalEnd + 1 && extended.unnamedInDoubt()) {
      return false; // what it runs is known when the server has answered
    }
    ClassifiedText examined = extended.examinedOf(input, portalEnd + 1, nameEnd - portalEnd - 1);
    return examined == null || lifecycle.judge(examined);
  }

  /**
   * @param runs else rules are asked when it is sent, and here it only matters where to
   */
  private boolean judgeParse(int parse, boolean runs) {
    ByteBuf input = cursor.bytes();
    int end = parse + 1 + input.getInt(parse + 1);
    int nameEnd = input.indexOf(parse + 5, end, (byte) 0);
    int textEnd = nameEnd < 0 ? -1 : input.indexOf(nameEnd + 1, end, (byte) 0);
    if (textEnd < 0) {
      return true; // the error comes when it is read
    }
    int length = textEnd - nameEnd - 1;
    byte[] sql = loop.scratch(length);
    input.getBytes(nameEnd + 1, sql, 0, length);
    int[] types = BindParameters.types(input, textEnd + 1, end);
    LexerMode mode = names.lexerMode(sql, 0, length);
    if (runs) {
      return lifecycle.judge(sql, 0, length, mode, true, types);
    }
    boolean judged = lifecycle.preview(sql, length, mode, types);
    if (judged) {
      client.prepares(lifecycle.previewed());
      destinations.prepares(lifecycle.previewed().decision());
    }
    return judged;
  }

  private static boolean sameName(ByteBuf input, int first, int second) {
    for (int i = 0; ; i++) {
      byte b = input.getByte(first + i);
      if (b != input.getByte(second + i)) {
        return false;
      }
      if (b == 0) {
        return true;
      }
    }
  }
}
