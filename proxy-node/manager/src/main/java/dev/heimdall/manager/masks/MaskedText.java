package dev.heimdall.manager.masks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heimdall.model.Problem;
import dev.heimdall.model.SecretMasks;
import dev.heimdall.model.SecretPlaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Texts of documents as they are shown: each secret is a mask with a word that stands for it, and
 * becomes the secret again when the text comes back.
 */
public final class MaskedText {
  private static final String DOTS = SecretMasks.DOTS;
  private static final Pattern MASK = Pattern.compile(DOTS + " ([0-9a-f]{12})");
  private static final Pattern WORD = Pattern.compile("(?=([0-9a-f]{12}))");
  private static final Pattern ITEM = Pattern.compile("/[0-9]+(?=/|$)");
  private static final JsonFactory JSON = new JsonFactory();
  private static final int WORD_BYTES = 6;
  private static final String ALGORITHM = "HmacSHA256";

  private final MaskKey key;

  /**
   * Creates an instance for a key; texts masked by one instance can be unmasked by another one with
   * the same key.
   */
  public MaskedText(MaskKey key) {
    this.key = key;
  }

  /** With a key of its own. */
  public MaskedText() {
    this(new MaskKey(Optional.empty(), System::nanoTime));
  }

  /** Some values look like masks, and stand for no secret that is kept there now. */
  public static final class Lost extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    Lost(List<Problem> problems) {
      super(
          "A value shown as %s stands for none that is kept there in this document now. Type the value itself. Nothing was written. %s"
              .formatted(DOTS, problems.get(0)));
      this.problems = List.copyOf(problems);
    }

    /** Places of these values. */
    public List<Problem> problems() {
      return problems;
    }
  }

  /** The text without its secrets; empty: it is no JSON, and cannot be shown. */
  public Optional<String> mask(String document, String text) {
    return SecretPlaces.in(text)
        .map(
            places -> {
              StringBuilder shown = new StringBuilder();
              int done = 0;
              for (SecretPlaces.Place place : places) {
                String literal = text.substring(place.start(), place.end());
                shown.append(text, done, place.start());
                shown.append('"').append(DOTS).append(' ').append(word(document, literal));
                shown.append('"');
                done = place.end();
              }
              return shown.append(text.substring(done)).toString();
            });
  }

  /** Words that may quote a value of a document: all of them are masked if that is a secret. */
  public String maskWords(String words) {
    JsonNode quoted = JsonNodeFactory.instance.arrayNode().add(words);
    String shown = mask("", quoted.toString()).orElse("");
    return shown.equals(quoted.toString()) ? words : shown.replaceAll("^\\[\"|\"\\]$", "");
  }

  /**
   * The text with its secrets, each where it was: in another setting it could be shown, by the
   * words on what is wrong with that or among what changes. Masks are found however their
   * characters are written. What is no JSON comes back as it is.
   *
   * @param shown a whole document
   * @param known texts that they may be in
   * @throws Lost also if a secret looks like a mask that was changed
   */
  public String unmask(String document, String shown, List<String> known) throws Lost {
    Map<String, Kept> kept = kept(document, known);
    List<Problem> lost = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    int done = 0;
    try (JsonParser parser = JSON.createParser(shown)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token != JsonToken.VALUE_STRING && token != JsonToken.FIELD_NAME) {
          continue;
        }
        Matcher mask = MASK.matcher(parser.getText());
        if (!mask.matches()) {
          continue;
        }
        Kept secret = kept.get(mask.group(1));
        if (token == JsonToken.FIELD_NAME
            || secret == null
            || !secret.settings().contains(setting(parser))) {
          lost.add(SecretMasks.problem(document, parser));
        } else {
          text.append(shown, done, (int) parser.currentTokenLocation().getCharOffset());
          text.append(secret.literal());
          done = (int) parser.currentLocation().getCharOffset();
        }
      }
    } catch (IOException e) {
      return shown;
    }
    lost.addAll(
        SecretMasks.problems(
            document,
            shown,
            value -> !MASK.matcher(value).matches() && isChanged(value, kept.keySet())));
    if (!lost.isEmpty()) {
      throw new Lost(Problem.first(lost.stream()));
    }
    return text.append(shown.substring(done)).toString();
  }

  /** True if it was a mask once. */
  private static boolean isChanged(String value, Set<String> words) {
    return SecretMasks.isLike(value)
        || WORD.matcher(value).results().map(word -> word.group(1)).anyMatch(words::contains);
  }

  /** The secrets of texts, by their words. */
  private Map<String, Kept> kept(String document, List<String> known) {
    Map<String, Kept> kept = new HashMap<>();
    for (String text : known) {
      Map<Integer, String> settings = settings(text);
      for (SecretPlaces.Place place : SecretPlaces.in(text).orElse(List.of())) {
        String literal = text.substring(place.start(), place.end());
        kept.computeIfAbsent(word(document, literal), word -> new Kept(literal, new TreeSet<>()))
            .settings()
            .add(settings.getOrDefault(place.start(), ""));
      }
    }
    return kept;
  }

  /**
   * A secret.
   *
   * @param settings where it stands
   */
  private record Kept(String literal, Set<String> settings) {
    @Override
    public String toString() {
      return settings.toString();
    }
  }

  /**
   * Returns the setting of each value, by the position where the value begins: its path, regardless
   * of the list item that it is in. Empty: it is no JSON.
   */
  private static Map<Integer, String> settings(String text) {
    Map<Integer, String> settings = new HashMap<>();
    try (JsonParser parser = JSON.createParser(text)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isScalarValue()) {
          settings.put((int) parser.currentTokenLocation().getCharOffset(), setting(parser));
        }
      }
      return settings;
    } catch (IOException e) {
      return Map.of();
    }
  }

  private static String setting(JsonParser parser) {
    return ITEM.matcher(parser.getParsingContext().pathAsPointer().toString()).replaceAll("/#");
  }

  private String word(String document, String literal) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key.bytes(), ALGORITHM));
      byte[] digest = mac.doFinal((document + '\n' + literal).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, WORD_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }
}
