package dev.heimdall.engine.toy;

import dev.heimdall.engine.sql.ByteClass;
import dev.heimdall.engine.sql.Lexer;

/** The toy's tokens: words, numbers, quoted texts and names, signs. It has no comments. */
final class ToyLexer extends Lexer {
  @Override
  public int next() {
    while (position < limit && ByteClass.isSpace(text[position])) {
      position++;
    }
    int from = position;
    if (from == limit) {
      return token(END, from, from);
    }
    int first = text[from];
    if (first == '\'' || first == '"') {
      return delimited(from, from + 1, first, first == '"' ? QUOTED : STRING);
    }
    int to = from;
    while (to < limit && ByteClass.isInWord(text[to])) {
      to++;
    }
    return to == from
        ? token(first, from, from + 1)
        : token(first >= '0' && first <= '9' ? NUMBER : WORD, from, to);
  }
}
