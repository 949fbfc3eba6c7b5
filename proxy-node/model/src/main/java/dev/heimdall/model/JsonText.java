package dev.heimdall.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns one strict JSON text into values with places. Keys that come twice are problems. */
final class JsonText {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          // Keys are free text: none is worth keeping, and many are no syntax error.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(32).maxNumberLength(64).build())
          .build();

  private static final long LARGEST = 1 << 20;
  private static final String JSON = "valid JSON (RFC 8259)";
  private static final String NOT_UTF_8 = "bytes that are not UTF-8";
  private static final Pattern UNEXPECTED =
      Pattern.compile("Unexpected character \\('(.*?)' \\(code .*?\\)\\): (.*)", Pattern.DOTALL);

  private final JsonParser parser;
  private final Reading in;

  private JsonText(JsonParser parser, Reading in) {
    this.parser = parser;
    this.in = in;
  }

  /** The value of the text; empty when it is not JSON, which is then a problem of {@code in}. */
  static Optional<JsonValue> parse(byte[] text, Reading in) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      return new JsonText(parser, in).document();
    } catch (JsonProcessingException e) {
      in.problem("$", position(e.getLocation()), got(e), JSON);
    } catch (IOException e) {
      in.problem("$", Position.NONE, NOT_UTF_8, JSON);
    }
    return Optional.empty();
  }

  /** The value of the text in a file; empty when there is none, which is then a problem. */
  static Optional<JsonValue> parse(Path file, Reading in) {
    try {
      long size = Files.size(file);
      if (size > LARGEST) {
        in.problem("$", Position.NONE, "a file of " + size + " bytes", "at most 1 MiB");
        return Optional.empty();
      }
      return parse(Files.readAllBytes(file), in);
    } catch (IOException e) {
      in.problem(
          "$",
          Position.NONE,
          "an error on reading (" + e.getClass().getSimpleName() + ")",
          "a file that can be read");
      return Optional.empty();
    }
  }

  /** A JSON text that is part of the program. */
  static JsonValue constant(String json) {
    Reading in = Reading.ofConstant();
    return parse(json.getBytes(StandardCharsets.UTF_8), in)
        .filter(value -> in.problems().isEmpty())
        .orElseThrow(() -> new IllegalStateException("not JSON: " + json));
  }

  private Optional<JsonValue> document() throws IOException {
    if (parser.nextToken() == null) {
      in.problem("$", Position.NONE, "an empty file", "an object: { … }");
      return Optional.empty();
    }
    JsonValue value = value();
    if (parser.nextToken() != null) {
      in.problem("$", here(), "something after the end of the document", "nothing");
    }
    return Optional.of(value);
  }

  private JsonValue value() throws IOException {
    Position at = here();
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(at);
      case START_ARRAY -> {
        List<JsonValue> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(value());
        }
        yield new JsonValue.Arr(at, items);
      }
      case VALUE_STRING -> new JsonValue.Str(at, parser.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new JsonValue.Num(at, parser.getText());
      case VALUE_TRUE, VALUE_FALSE -> new JsonValue.Bool(at, parser.getBooleanValue());
      case VALUE_NULL -> new JsonValue.Null(at);
      default -> throw new IllegalStateException("unexpected token " + parser.currentToken());
    };
  }

  private JsonValue object(Position at) throws IOException {
    Map<String, JsonValue.Member> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      Position nameAt = here();
      parser.nextToken();
      JsonValue value = value();
      if (members.putIfAbsent(name, new JsonValue.Member(nameAt, value)) != null) {
        in.problem(
            path(parser.getParsingContext()),
            nameAt,
            "the key " + JsonValue.quote(name) + " again",
            "each key only once");
      }
    }
    return new JsonValue.Obj(at, members);
  }

  /** The place that is being read; there are too many of them to know each one's path. */
  static String path(JsonStreamContext context) {
    if (context.inRoot()) {
      return "$";
    }
    String outer = path(context.getParent());
    return context.inArray()
        ? outer + "[" + context.getCurrentIndex() + "]"
        : Reading.member(outer, context.getCurrentName());
  }

  private Position here() {
    return position(parser.currentTokenLocation());
  }

  private static Position position(JsonLocation location) {
    return location == null
        ? Position.NONE
        : new Position(location.getLineNr(), location.getColumnNr());
  }

  /** Jackson's own messages quote the text, where a password may stand: only single signs pass. */
  private static String got(JsonProcessingException e) {
    String message = e.getOriginalMessage();
    if (e instanceof JsonEOFException) {
      return "an end of the file inside an object, list or text";
    }
    Matcher unexpected = UNEXPECTED.matcher(message);
    if (unexpected.matches()) {
      String sign = unexpected.group(1);
      boolean harmless = sign.length() == 1 && !Character.isLetterOrDigit(sign.charAt(0));
      return "a syntax error"
          + (harmless ? " at " + JsonValue.quote(sign) : "")
          + " ("
          + unexpected.group(2).replaceAll(" \\(not recognized.*", "")
          + ")";
    }
    if (message.startsWith("Illegal unquoted")) {
      return "a line break or control character inside a text";
    }
    if (message.startsWith("Invalid UTF-8")) {
      return NOT_UTF_8;
    }
    if (message.startsWith("Unrecognized token")) {
      return "a word without quotes";
    }
    if (message.contains("nesting depth")) {
      return "objects or lists nested more than 32 deep";
    }
    return "a syntax error";
  }
}
