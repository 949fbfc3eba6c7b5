package dev.heimdall.engine.rules;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * The string literals of a text, read when they are asked for first. Comments and quoted names are
 * passed over.
 */
final class StringLiterals {
  private final byte[] text;
  private Set<String> values;
  private byte[] value;
  private int at;

  StringLiterals(byte[] text) {
    this.text = text;
  }

  /** Whether one of these is the value of a literal. */
  boolean anyOf(Set<String> wanted) {
    if (values == null) {
      values = new HashSet<>();
      value = new byte[text.length];
      read();
    }
    return wanted.stream().anyMatch(values::contains);
  }

  private void read() {
    while (at < text.length) {
      byte c = text[at];
      if (c == '\'') {
        boolean escapes = at > 0 && (text[at - 1] | 32) == 'e' && !isName(at - 2);
        quoted(escapes);
      } else if (c == '"') {
        at = after((byte) '"', at + 1);
      } else if (c == '-' && is(at + 1, '-')) {
        at = after((byte) '\n', at + 2);
      } else if (c == '/' && is(at + 1, '*')) {
        comment();
      } else if (c == '$' && !isName(at - 1)) {
        dollar();
      } else {
        at++;
      }
    }
  }

  private boolean is(int index, char c) {
    return index < text.length && text[index] == c;
  }

  private boolean isName(int index) {
    if (index < 0) {
      return false;
    }
    byte c = text[index];
    return c < 0
        || c == '_'
        || c == '$'
        || (c >= '0' && c <= '9')
        || ((c | 32) >= 'a' && (c | 32) <= 'z');
  }

  private int after(byte end, int from) {
    int i = from;
    while (i < text.length && text[i] != end) {
      i++;
    }
    return Math.min(i + 1, text.length);
  }

  private void quoted(boolean escapes) {
    int length = 0;
    int i = at + 1;
    while (i < text.length) {
      if (text[i] == '\'') {
        if (!is(i + 1, '\'')) {
          break;
        }
        i++;
      } else if (escapes && text[i] == '\\' && i + 1 < text.length) {
        i++;
        int control = "bfnrt".indexOf(text[i]);
        if (control >= 0) {
          value[length++] = (byte) "\b\f\n\r\t".charAt(control);
          i++;
          continue;
        }
      }
      value[length++] = text[i++];
    }
    values.add(new String(value, 0, length, StandardCharsets.UTF_8));
    at = Math.min(i + 1, text.length);
  }

  private void comment() {
    int depth = 1;
    int i = at + 2;
    while (i < text.length && depth > 0) {
      if (text[i] == '/' && is(i + 1, '*')) {
        depth++;
        i += 2;
      } else if (text[i] == '*' && is(i + 1, '/')) {
        depth--;
        i += 2;
      } else {
        i++;
      }
    }
    at = i;
  }

  private void dollar() {
    int i = at + 1;
    while (i < text.length && isName(i) && text[i] != '$') {
      i++;
    }
    if (!is(i, '$') || (at + 1 < text.length && text[at + 1] >= '0' && text[at + 1] <= '9')) {
      at++;
      return;
    }
    int tag = i + 1 - at;
    for (int j = i + 1; j + tag <= text.length; j++) {
      if (java.util.Arrays.equals(text, at, at + tag, text, j, j + tag)) {
        values.add(new String(text, i + 1, j - i - 1, StandardCharsets.UTF_8));
        at = j + tag;
        return;
      }
    }
    at = text.length;
  }
}
