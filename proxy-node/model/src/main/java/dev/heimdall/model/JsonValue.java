package dev.heimdall.model;

import java.util.List;
import java.util.Map;

/** One value of a JSON text, with the place where it begins. */
sealed interface JsonValue {
  Position at();

  /** The value as a problem shows it; long texts are cut. */
  String shown();

  record Obj(Position at, Map<String, Member> members) implements JsonValue {
    @Override
    public String shown() {
      return "an object";
    }
  }

  /** A member of an object; the place is that of its name. */
  record Member(Position nameAt, JsonValue value) {}

  record Arr(Position at, List<JsonValue> items) implements JsonValue {
    @Override
    public String shown() {
      return "a list";
    }
  }

  record Str(Position at, String text) implements JsonValue {
    @Override
    public String shown() {
      return quote(text);
    }
  }

  record Num(Position at, String text) implements JsonValue {
    @Override
    public String shown() {
      return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }
  }

  record Bool(Position at, boolean value) implements JsonValue {
    @Override
    public String shown() {
      return Boolean.toString(value);
    }
  }

  record Null(Position at) implements JsonValue {
    @Override
    public String shown() {
      return "null";
    }
  }

  int LONGEST = 80;

  /** A text in quotes, on one line. */
  static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints()
        .limit(LONGEST)
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
              } else if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) {
                quoted.append(String.format("\\u%04x", c));
              } else {
                quoted.appendCodePoint(c);
              }
            });
    boolean cut = text.codePointCount(0, text.length()) > LONGEST;
    return quoted.append(cut ? "…\"" : "\"").toString();
  }
}
