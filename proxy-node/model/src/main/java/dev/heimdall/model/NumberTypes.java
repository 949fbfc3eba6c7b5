package dev.heimdall.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kinds of values that are amounts, each with its own notation and range. */
final class NumberTypes {
  private static final Pattern SIZE = Pattern.compile("(0|[1-9][0-9]{0,12})(KiB|MiB|GiB)");
  private static final Pattern TIME = Pattern.compile("(0|[1-9][0-9]{0,12})(ms|s|m|h|d)");

  private static final Pattern WITH_UNIT =
      Pattern.compile("-?[0-9]+(\\.[0-9]+)? *[A-Za-zµ%][A-Za-z/ ]*");

  private NumberTypes() {}

  /** Common base of these types: a range, and perhaps a meaning of 0 outside of it. */
  abstract static class Amount extends ValueType {
    final String leastText;
    final String mostText;
    final long least;
    final long most;
    final boolean zero;
    final String zeroMeans;
    private final String unit;

    Amount(Setting setting) {
      int dots = setting.range().indexOf("..");
      if (dots < 0) {
        throw new IllegalStateException("a range is missing: " + setting.value());
      }
      leastText = setting.range().substring(0, dots);
      mostText = setting.range().substring(dots + 2);
      least = parse(leastText).orElseThrow();
      most = parse(mostText).orElseThrow();
      zeroMeans = setting.zero();
      zero = !zeroMeans.isEmpty();
      unit = setting.unit();
    }

    /** The amount of a text in this type's notation. */
    abstract Optional<Long> parse(String text);

    /** The amount of a value in a document; empty when it is not of this type. */
    abstract Optional<Long> parse(JsonValue value);

    abstract Object result(long amount);

    abstract String kind();

    /** The kind, for a value that was written in quotes. */
    String kindUnquoted(String written) {
      return kind();
    }

    Optional<String> remedy(JsonValue value) {
      return Optional.empty();
    }

    @Override
    Optional<?> read(JsonValue value, String path, Reading in) {
      Optional<Long> amount = parse(value);
      if (amount.isPresent()) {
        long found = amount.get();
        if ((found >= least && found <= most) || (found == 0 && zero)) {
          return Optional.of(result(found));
        }
      }
      in.problem(
          path,
          value.at(),
          value.shown(),
          expected(value instanceof JsonValue.Str text ? kindUnquoted(text.text()) : kind()),
          amount.isPresent() ? Optional.empty() : remedy(value));
      return Optional.empty();
    }

    @Override
    String expected() {
      return expected(kind());
    }

    private String expected(String kind) {
      return kind
          + " from "
          + leastText
          + " to "
          + mostText
          + (zero ? ", or " + zeroText() + " (" + zeroMeans + ")" : "");
    }

    String zeroText() {
      return "0";
    }

    @Override
    Object placeholder() {
      return result(zero ? 0 : least);
    }

    @Override
    String unit() {
      return unit;
    }
  }

  /** A plain number. */
  static final class Count extends Amount {
    Count(Setting setting) {
      super(setting);
    }

    @Override
    Optional<Long> parse(String text) {
      return text.matches("-?(0|[1-9][0-9]{0,17})")
          ? Optional.of(Long.parseLong(text))
          : Optional.empty();
    }

    @Override
    Optional<Long> parse(JsonValue value) {
      return value instanceof JsonValue.Num number ? parse(number.text()) : Optional.empty();
    }

    @Override
    Object result(long amount) {
      return Math.toIntExact(amount);
    }

    @Override
    String kind() {
      return "an integer";
    }

    @Override
    String kindUnquoted(String written) {
      boolean withUnit = !unit().isEmpty() && WITH_UNIT.matcher(written).matches();
      return withUnit
          ? "an integer, without quotes and without a unit: it is in " + unit() + ","
          : "an integer, without quotes,";
    }

    @Override
    JsonValue written(String byDefault) {
      return new JsonValue.Num(Position.NONE, byDefault);
    }

    @Override
    void describe(ObjectNode schema) {
      schema.put("type", "integer").put("minimum", zero ? 0 : least).put("maximum", most);
    }

    @Override
    String name() {
      return "integer, " + leastText + " to " + mostText + (zero ? ", or 0" : "");
    }
  }

  /** A number of bytes. */
  static final class Size extends Amount {
    Size(Setting setting) {
      super(setting);
    }

    /** The shortest way to write a number of bytes. */
    static String text(long bytes) {
      if (bytes == 0) {
        return "0";
      }
      int steps = Math.min(3, Long.numberOfTrailingZeros(bytes) / 10);
      return (bytes >> (10 * steps)) + List.of("", "KiB", "MiB", "GiB").get(steps);
    }

    @Override
    Optional<Long> parse(String text) {
      Matcher matcher = SIZE.matcher(text);
      if (matcher.matches()) {
        long count = Long.parseLong(matcher.group(1));
        int shift =
            switch (matcher.group(2)) {
              case "KiB" -> 10;
              case "MiB" -> 20;
              default -> 30;
            };
        // Beyond what a range can hold it only has to stay large.
        return Optional.of(count > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : count << shift);
      }
      return text.matches("0|[1-9][0-9]{0,17}")
          ? Optional.of(Long.parseLong(text))
          : Optional.empty();
    }

    @Override
    Optional<Long> parse(JsonValue value) {
      if (value instanceof JsonValue.Num number) {
        return parse(number.text());
      }
      return value instanceof JsonValue.Str text && SIZE.matcher(text.text()).matches()
          ? parse(text.text())
          : Optional.empty();
    }

    @Override
    Object result(long amount) {
      return amount;
    }

    @Override
    String kind() {
      return "a size such as \"64KiB\" or \"16MiB\", or a number of bytes without quotes,";
    }

    @Override
    Optional<String> remedy(JsonValue value) {
      if (!(value instanceof JsonValue.Str text)) {
        return Optional.empty();
      }
      Matcher matcher =
          Pattern.compile("([1-9][0-9]{0,12}) *([kKmMgG])i?[bB]?").matcher(text.text());
      return matcher.matches()
          ? Optional.of(
              matcher.group(1) + matcher.group(2).toUpperCase(java.util.Locale.ROOT) + "iB")
          : Optional.empty();
    }

    @Override
    JsonValue written(String byDefault) {
      return SIZE.matcher(byDefault).matches()
          ? new JsonValue.Str(Position.NONE, byDefault)
          : new JsonValue.Num(Position.NONE, byDefault);
    }

    @Override
    void describe(ObjectNode schema) {
      ArrayNode either = schema.putArray("anyOf");
      either
          .addObject()
          .put("type", "integer")
          .put("minimum", zero ? 0 : least)
          .put("maximum", most);
      either.addObject().put("type", "string").put("pattern", "^(" + SIZE.pattern() + ")$");
    }

    @Override
    String name() {
      return "size, " + leastText + " to " + mostText + (zero && least > 0 ? ", or 0" : "");
    }

    @Override
    String unit() {
      return "bytes, KiB, MiB, GiB";
    }
  }

  /** A length of time. */
  static final class Time extends Amount {
    Time(Setting setting) {
      super(setting);
    }

    /** The shortest way to write a number of milliseconds. */
    static String text(long millis) {
      String text = millis == 0 ? "0" : millis + "ms";
      for (Map.Entry<String, Long> unit : units().entrySet()) {
        if (millis != 0 && millis % unit.getValue() == 0) {
          text = millis / unit.getValue() + unit.getKey();
        }
      }
      return text;
    }

    private static Map<String, Long> units() {
      Map<String, Long> units = new LinkedHashMap<>();
      units.put("ms", 1L);
      units.put("s", 1_000L);
      units.put("m", 60_000L);
      units.put("h", 3_600_000L);
      units.put("d", 86_400_000L);
      return units;
    }

    @Override
    Optional<Long> parse(String text) {
      if (text.equals("0")) {
        return Optional.of(0L);
      }
      Matcher matcher = TIME.matcher(text);
      return matcher.matches()
          ? Optional.of(Long.parseLong(matcher.group(1)) * units().get(matcher.group(2)))
          : Optional.empty();
    }

    @Override
    Optional<Long> parse(JsonValue value) {
      return value instanceof JsonValue.Str text ? parse(text.text()) : Optional.empty();
    }

    @Override
    Object result(long amount) {
      return Duration.ofMillis(amount);
    }

    @Override
    String kind() {
      return "a duration with a unit (ms, s, m, h, d)";
    }

    @Override
    String zeroText() {
      return "\"0\"";
    }

    @Override
    Optional<String> remedy(JsonValue value) {
      String text =
          value instanceof JsonValue.Str string
              ? string.text()
              : value instanceof JsonValue.Num number ? number.text() : "";
      if (text.equals("0")) {
        return zero ? Optional.of("0") : Optional.empty();
      }
      if (text.matches("[1-9][0-9]{0,12}")) {
        return Optional.of(text + "s");
      }
      Matcher matcher =
          Pattern.compile("([1-9][0-9]{0,12}) *(ms|s|sec|seconds?|min|minutes?|m|h|hours?|d|days?)")
              .matcher(text);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      String unit = matcher.group(2).equals("ms") ? "ms" : matcher.group(2).substring(0, 1);
      return Optional.of(matcher.group(1) + unit);
    }

    @Override
    JsonValue written(String byDefault) {
      return new JsonValue.Str(Position.NONE, byDefault);
    }

    @Override
    void describe(ObjectNode schema) {
      schema
          .put("type", "string")
          .put("pattern", zero ? "^(0|" + TIME.pattern() + ")$" : "^(" + TIME.pattern() + ")$");
    }

    @Override
    String name() {
      return "duration, " + leastText + " to " + mostText + (zero ? ", or 0" : "");
    }

    @Override
    String unit() {
      return "ms, s, m, h, d";
    }
  }
}
