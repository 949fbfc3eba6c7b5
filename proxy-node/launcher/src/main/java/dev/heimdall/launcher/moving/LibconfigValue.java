package dev.heimdall.launcher.moving;

import java.util.List;
import java.util.Map;

/**
 * A value of a file in libconfig's syntax.
 *
 * @param content a text for a scalar, a list for an array or a list, a map for a group
 * @param at the line that it begins on
 */
record LibconfigValue(Object content, Line at) {
  /** Text of a scalar; empty for anything else. */
  String text() {
    return content instanceof String text ? text : "";
  }

  /** The values of an array or a list; none for anything else. */
  @SuppressWarnings("unchecked")
  List<LibconfigValue> items() {
    return content instanceof List<?> list ? (List<LibconfigValue>) list : List.of();
  }

  /** The settings of a group; none for anything else. */
  @SuppressWarnings("unchecked")
  Map<String, LibconfigValue> members() {
    return content instanceof Map<?, ?> map ? (Map<String, LibconfigValue>) map : Map.of();
  }

  boolean isScalar() {
    return content instanceof String;
  }
}
