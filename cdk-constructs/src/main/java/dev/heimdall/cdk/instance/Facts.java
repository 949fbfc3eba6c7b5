package dev.heimdall.cdk.instance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.Token;

/**
 * Facts that differ in each region, as an instance writes them into a file that its documents refer
 * to: names, and texts, numbers, booleans or lists, some of which only CloudFormation knows.
 */
public final class Facts {
  /** The fact that is always there: the region. */
  public static final String NAME = "name";

  private static final Pattern NAMES = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");

  /** User-data may have 16 KiB, of which the script takes less than half. */
  private static final int LONGEST = 4096;

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private final SortedMap<String, Object> values;
  private final String more;

  private Facts(SortedMap<String, Object> values, String more) {
    this.values = Collections.unmodifiableSortedMap(values);
    this.more = more;
  }

  /** The region's name. */
  public static Facts ofRegion() {
    return new Facts(new TreeMap<>(), "");
  }

  /**
   * One more.
   *
   * @param value a text, a number, a truth value, or a list of texts and numbers
   * @throws IllegalArgumentException if it is there already, or no document could refer to it
   */
  public Facts with(String name, Object value) {
    require(
        NAMES.matcher(name).matches(),
        "the name \"" + name + "\"",
        "a letter, and at most 63 letters, digits, \"_\" and \"-\" behind it");
    require(!has(name), name + " again", "each name only once");
    SortedMap<String, Object> with = new TreeMap<>(values);
    with.put(name, value instanceof List<?> list ? List.copyOf(list) : value);
    json(name, value);
    return new Facts(with, more);
  }

  /**
   * Those that are handed over with a template.
   *
   * @param members of a JSON object with a comma before each, or nothing, known to CloudFormation
   *     only
   */
  public Facts and(String members) {
    return new Facts(values, members);
  }

  /** True if there is one of this name. */
  public boolean has(String name) {
    return name.equals(NAME) || values.containsKey(name);
  }

  /** All of them, for a region, as a JSON object. */
  public String json(String region) {
    return "{\"%s\":\"%s\"%s%s}".formatted(NAME, region, members(), more);
  }

  /** Facts that a user passes with a template. */
  public String more() {
    return more;
  }

  /**
   * Those behind the region's name, as members of a JSON object with a comma before each, on one
   * line and without an apostrophe: a shell takes it between two.
   *
   * @throws IllegalArgumentException if there is no room for it
   */
  public String members() {
    String json =
        values.entrySet().stream()
            .map(fact -> ",\"" + fact.getKey() + "\":" + json(fact.getKey(), fact.getValue()))
            .collect(Collectors.joining());
    require(
        json.length() <= LONGEST,
        json.length() + " characters of JSON",
        "%,d at most: user-data has no room for more".formatted(LONGEST));
    return json;
  }

  private static String json(String name, Object value) {
    if (value instanceof List<?> list) {
      return list(name, list);
    }
    if (value instanceof Boolean truth) {
      return truth.toString();
    }
    if (value instanceof Number number) {
      return Token.isUnresolved(number)
          ? Token.asString(number)
          : new BigDecimal(number.toString()).toPlainString();
    }
    require(
        value instanceof String,
        name + " of the type " + value.getClass().getSimpleName(),
        "a text, a number, true, false, or a list of texts and numbers");
    return text(name, (String) value);
  }

  private static String list(String name, List<?> list) {
    if (Token.isUnresolved(list)) {
      return "[\"" + Fn.join("\",\"", list.stream().map(String.class::cast).toList()) + "\"]";
    }
    return list.stream()
        .peek(
            each ->
                require(
                    each instanceof String || each instanceof Number,
                    name + " with " + each.getClass().getSimpleName() + " in its list",
                    "texts and numbers"))
        .map(each -> json(name, each))
        .collect(Collectors.joining(",", "[", "]"));
  }

  private static String text(String name, String text) {
    if (Token.isUnresolved(text)) {
      require(
          text.chars().noneMatch(c -> c == '\'' || c == '"' || c == '\\' || c < ' '),
          name,
          "no quotes and no \"\\\" around what only CloudFormation knows");
      return '"' + text + '"';
    }
    require(
        !text.contains("${") && !text.contains("{{resolve:"),
        name + " with \"${\" or \"{{resolve:\"",
        "a text as it is: neither CloudFormation nor a node replaces anything in it");
    try {
      return JSON.writeValueAsString(text).replace("'", "\\u0027");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void require(boolean right, String got, String allowed) {
    if (!right) {
      throw new IllegalArgumentException("facts: %s; allowed is: %s".formatted(got, allowed));
    }
  }
}
