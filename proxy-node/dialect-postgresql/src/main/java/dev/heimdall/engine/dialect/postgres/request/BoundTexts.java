package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.postgres.prepared.StatementBody;
import dev.heimdall.engine.pipeline.ClassifiedText;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.UnnamedStatement;
import dev.heimdall.engine.session.statement.StatementLifecycle;
import dev.heimdall.engine.sql.LexerMode;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Classification of texts that Bind messages name and that were not classified when they were
 * parsed.
 */
final class BoundTexts {
  private final StatementLifecycle lifecycle;
  private final ServerNames names;
  private final UnnamedStatement unnamed;

  BoundTexts(StatementLifecycle lifecycle, ServerNames names, UnnamedStatement unnamed) {
    this.lifecycle = lifecycle;
    this.names = names;
    this.unnamed = unnamed;
  }

  /**
   * Of an unnamed statement that is a text, or of none.
   *
   * @param found what the pipeline found of it when it was parsed; null for nothing
   */
  ClassifiedText ofUnnamed(ServerConnection server, ClassifiedText found) {
    ClassifiedText first = found;
    if (first == null && lifecycle.judges() && unnamed.isText()) {
      first = examine(unnamed.text(), unnamed.length());
      unnamed.source(first, ClassifiedText.weight(first));
    }
    ClassifiedText now = server != null && unnamed.isAt(server) ? first : asReadNow(first);
    if (now != first) {
      unnamed.source(now, ClassifiedText.weight(now));
    }
    return now;
  }

  /** Of one that was not looked through when it was parsed; null for nothing. */
  ClassifiedText first(PreparedStatement statement, boolean isUnnamed) {
    byte[] body = statement.body();
    ClassifiedText found =
        statement.isSql() ? examineSql(statement, body) : examine(body, body.length);
    if (found != null) {
      keep(statement, isUnnamed, found);
    }
    return found;
  }

  /** Of one that the server will be given anew, of which this was found. */
  ClassifiedText anew(PreparedStatement statement, boolean isUnnamed, ClassifiedText found) {
    ClassifiedText now = asReadNow(found);
    if (now != found) {
      keep(statement, isUnnamed, now);
    }
    return now;
  }

  private void keep(PreparedStatement statement, boolean isUnnamed, ClassifiedText found) {
    if (isUnnamed) {
      unnamed.source(found, ClassifiedText.weight(found));
    } else {
      statement.source(found);
    }
  }

  /** Classifies the body of a Parse, behind its name. */
  private ClassifiedText examine(byte[] body, int length) {
    int end = 0;
    while (end < length && body[end] != 0) {
      end++;
    }
    byte[] sql = Arrays.copyOf(body, end);
    return lifecycle.previewed().examine(sql, asReadOnce(sql), StatementBody.types(body, length));
  }

  /** Examines the text that an SQL PREPARE has after its name; null if it contains no statement. */
  private ClassifiedText examineSql(PreparedStatement statement, byte[] body) {
    lifecycle.prepares(statement, asReadOnce(body));
    return (ClassifiedText) statement.source();
  }

  /**
   * Returns the mode by which a text was read that was not examined at that time: its session's
   * settings are forgotten.
   */
  private LexerMode asReadOnce(byte[] sql) {
    LexerMode now = names.lexerMode(sql, 0, sql.length);
    return names.lexing().isAmbiguous(sql, sql.length) ? now.doubted() : now;
  }

  /** A server that parses it anew may read it otherwise than it was parsed first. */
  private ClassifiedText asReadNow(ClassifiedText found) {
    return found != null
            && names.lexing().mayBeReadOtherwise(found.lexerMode(), found.sql(), found.length())
        ? lifecycle.previewed().examine(found.sql(), found.length(), found.lexerMode().doubted())
        : found;
  }

  /**
   * Of a statement of which the node knows the name alone, as code has prepared it, or because it
   * is not there: it is judged as an EXECUTE of that name.
   */
  ClassifiedText unseen(ByteBuf input, int nameAt, int nameLength) {
    if (!lifecycle.judges()) {
      return null;
    }
    String name = input.toString(nameAt, nameLength, StandardCharsets.UTF_8);
    byte[] sql = ("EXECUTE \"" + name.replace("\"", "\"\"") + '"').getBytes(StandardCharsets.UTF_8);
    return lifecycle.previewed().examine(sql, LexerMode.STANDARD);
  }
}
