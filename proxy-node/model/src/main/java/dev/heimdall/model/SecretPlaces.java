package dev.heimdall.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Values in a document's text that are secrets, right or wrong as it may be: those of settings that
 * are {@link Secret}, of keys that sound like one (a misspelled one is none the less secret), and
 * URLs with more in them than an address. A reference to what Secrets Manager keeps is none.
 */
public final class SecretPlaces {
  private static final Pattern NAMES =
      Pattern.compile(
          "(?i).*(pas+w|pas+phrase|pwd|verifier|token|fleet_?-?key|private_?-?key|api_?-?key).*|key|headers|certificate");

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
    return looked(text).map(Looked::places);
  }

  /** The names of the secrets that stand there in place of a text, in order, each once. */
  static List<String> references(String text) {
    return looked(text).map(Looked::references).orElse(List.of());
  }

  private record Looked(List<Place> places, List<String> references) {}

  /** An object or a list that is read. */
  private static final class Inside {
    private final boolean secret;
    private final int before;
    private boolean reference;
    private Optional<String> name = Optional.empty();

    /**
     * @param secret whether all in it is secret
     * @param reference whether it may turn out to be a reference to a secret
     * @param before how many places were found before it
     */
    Inside(boolean secret, boolean reference, int before) {
      this.secret = secret;
      this.reference = reference;
      this.before = before;
    }

    /** A reference has two texts and nothing else. */
    void holds(String member, JsonToken token, JsonParser parser) throws IOException {
      if (!reference) {
        return;
      }
      if (token != JsonToken.VALUE_STRING) {
        reference = false;
      } else if (SecretReference.NAME.equals(member)) {
        name =
            Optional.of(parser.getText())
                .filter(text -> Format.SECRET.accepts(RegionFacts.withoutReferences(text)));
        reference = name.isPresent();
      } else {
        reference = SecretReference.KEY.equals(member);
      }
    }
  }

  private static Optional<Looked> looked(String text) {
    List<Place> places = new ArrayList<>();
    Set<String> references = new LinkedHashSet<>();
    Deque<Inside> inside = new ArrayDeque<>();
    boolean named = false;
    try (JsonParser parser = new JsonFactory().createParser(text)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          named = NAMES.matcher(parser.currentName()).matches();
          continue;
        }
        if (token.isStructEnd()) {
          Inside ended = inside.pop();
          if (ended.reference && ended.name.isPresent()) {
            references.add(ended.name.get());
            places.subList(ended.before, places.size()).clear();
          }
          continue;
        }
        if (!inside.isEmpty()) {
          inside.peek().holds(parser.currentName(), token, parser);
        }
        if (token.isStructStart()) {
          boolean all = named || !inside.isEmpty() && inside.peek().secret;
          inside.push(new Inside(all, named && token == JsonToken.START_OBJECT, places.size()));
          named = false;
          continue;
        }
        boolean secret =
            named || inside.stream().anyMatch(one -> one.secret) || isUrlWithSecrets(parser, token);
        if (secret && token.isScalarValue() && !isSwitch(token)) {
          int start = (int) parser.currentTokenLocation().getCharOffset();
          parser.finishToken();
          places.add(new Place(start, end(parser, token, start)));
        }
        named = false;
      }
      return inside.isEmpty()
          ? Optional.of(new Looked(List.copyOf(places), List.copyOf(references)))
          : Optional.empty();
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
