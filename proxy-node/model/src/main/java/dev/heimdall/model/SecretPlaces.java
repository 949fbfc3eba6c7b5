package dev.heimdall.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which values in a document's text are secrets, right or wrong as it may be: those of settings
 * that are {@link Secret}, of keys that sound like one (a misspelled one is none the less secret),
 * and URLs with more in them than where something is.
 */
public final class SecretPlaces {
  private static final Pattern NAMES =
      Pattern.compile(
          "(?i).*(pas+w|pas+phrase|pwd|verifier|token|fleet_?-?key|private_?-?key|api_?-?key).*|key|headers");

  private SecretPlaces() {}

  /**
   * A value in a text, quotes included.
   *
   * @param start of its first character
   * @param end behind its last one
   */
  public record Place(int start, int end) {}

  /** All of them, in order; empty: it is no JSON, and where they are is anyone's guess. */
  public static Optional<List<Place>> in(String text) {
    List<Place> places = new ArrayList<>();
    Deque<Boolean> inside = new ArrayDeque<>();
    boolean named = false;
    try (JsonParser parser = new JsonFactory().createParser(text)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          named = NAMES.matcher(parser.currentName()).matches();
          continue;
        }
        if (token.isStructStart()) {
          inside.push(named || !inside.isEmpty() && inside.peek());
          named = false;
          continue;
        }
        if (token.isStructEnd()) {
          inside.pop();
          continue;
        }
        boolean secret = named || inside.contains(true) || isUrlWithSecrets(parser, token);
        if (secret && token.isScalarValue() && !isSwitch(token)) {
          int start = (int) parser.currentTokenLocation().getCharOffset();
          parser.finishToken();
          places.add(new Place(start, end(parser, token, start)));
        }
        named = false;
      }
      return inside.isEmpty() ? Optional.of(List.copyOf(places)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Such as {@code "password": null}: it says nothing. */
  private static boolean isSwitch(JsonToken token) {
    return token.isBoolean() || token == JsonToken.VALUE_NULL;
  }

  /** A number's end is known when what follows was read. */
  private static int end(JsonParser parser, JsonToken token, int start) throws IOException {
    return token == JsonToken.VALUE_STRING
        ? (int) parser.currentLocation().getCharOffset()
        : start + parser.getTextLength();
  }

  private static boolean isUrlWithSecrets(JsonParser parser, JsonToken token) throws IOException {
    return token == JsonToken.VALUE_STRING
        && parser.getText().contains(":")
        && parser.getText().contains("//")
        && !JdbcUrl.shown(parser.getText()).equals(parser.getText());
  }
}
