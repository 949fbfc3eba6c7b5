package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.dialect.mysql.sql.MysqlLexer;
import dev.heimdall.engine.dialect.mysql.sql.MysqlLiteral;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Puts what the node knows better than a server in the place of a call in a statement's text. */
final class CallReplacement {
  /** Servers cut longer names off. */
  private static final int LONGEST_NAME = 255;

  private final byte[] text;
  private final Effect call;
  private final MysqlLexer lexer = new MysqlLexer(false);

  /** Lists that the call stands in, from the statement's own on, bracket in bracket. */
  private final List<SelectList> lists = new ArrayList<>(List.of(new SelectList()));

  /** The columns that the call stands in and that have no other name than their text. */
  private final List<Column> columns = new ArrayList<>(1);

  /** The call may be the beginning of a column of a SELECT, outside of brackets. */
  private boolean begins;

  /** Token behind the call. */
  private int next;

  private String nextWord = "";

  private record Column(int start, int end) {}

  /**
   * @param call has its place in the text
   */
  CallReplacement(byte[] text, Effect call, LexerMode mode) {
    this.text = text;
    this.call = call;
    read(mode);
  }

  /**
   * The text with this in the place of the call. Columns that servers name by their text have the
   * client's for a name.
   */
  byte[] with(String value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length + 2 * value.length());
    out.write(text, 0, call.start());
    out.writeBytes(bytes(value));
    int at = call.end();
    for (Column column : columns) {
      String written = written(column);
      if (isName(written)) {
        out.write(text, at, column.end() - at);
        out.writeBytes(bytes(" AS " + MysqlLiteral.name(written)));
        at = column.end();
      }
    }
    out.write(text, at, text.length - at);
    return out.toByteArray();
  }

  private static byte[] bytes(String written) {
    return written.getBytes(StandardCharsets.ISO_8859_1);
  }

  private String written(Column column) {
    return new String(
        text, column.start(), column.end() - column.start(), StandardCharsets.ISO_8859_1);
  }

  /** Servers leave comments out of it. Of other signs the character set decides. */
  private static boolean isName(String written) {
    return written.length() <= LONGEST_NAME
        && written.chars().allMatch(c -> c < 0x80)
        && !written.contains("/*")
        && !written.contains("#")
        && !written.contains("--");
  }

  /** The call is a column of a query's by itself, rather than compared to something. */
  boolean isColumn() {
    return begins
        && switch (next) {
          case Lexer.END, ';', ',', Lexer.QUOTED -> true;
          default -> nextWord.equals("from") || nextWord.equals("as");
        };
  }

  private void read(LexerMode mode) {
    String leading = "";
    int last = 0;
    lexer.reset(text, 0, call.start(), mode);
    for (int token = lexer.next(); token >= 0; token = lexer.next()) {
      String word = word(token);
      leading = token == ';' ? "" : leading.isEmpty() ? word : leading;
      take(token, word, last);
      last = lexer.end();
    }
    begins = leading.equals("select") && lists.size() == 1 && lists.get(0).beginsEntry();
    innermost().next(')', "", call.start()); // as an operand
    lists.forEach(SelectList::call);
    last = call.end();
    lexer.reset(text, call.end(), text.length - call.end(), mode);
    next = lexer.next();
    nextWord = word(next);
    int token = next;
    while (token >= 0) {
      take(token, word(token), last);
      last = lexer.end();
      token = lexer.next();
    }
    for (int i = lists.size() - 1; i >= 0; i--) {
      leave(lists.get(i), Lexer.END, "", last);
    }
  }

  /**
   * @param last where the token before it ends
   */
  private void take(int token, String word, int last) {
    leave(innermost(), token, word, last);
    if (token == ')' && lists.size() > 1) {
      lists.remove(lists.size() - 1);
    }
    innermost().next(token, word, lexer.start());
    if (token == '(') {
      lists.add(new SelectList());
    }
  }

  private void leave(SelectList list, int token, String word, int last) {
    if (list.leavesCall(token, word) && list.unnamedFrom() >= 0) {
      columns.add(new Column(list.unnamedFrom(), last));
    }
  }

  private SelectList innermost() {
    return lists.get(lists.size() - 1);
  }

  private String word(int token) {
    return token == Lexer.WORD
        ? Lexer.decode(text, lexer.start(), lexer.end()).toLowerCase(Locale.ROOT)
        : "";
  }
}
