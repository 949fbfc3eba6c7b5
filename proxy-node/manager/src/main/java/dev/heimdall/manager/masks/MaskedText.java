package dev.heimdall.manager.masks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heimdall.model.SecretPlaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
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
  private static final String DOTS = "••••••••";
  private static final Pattern MASK = Pattern.compile("\"" + DOTS + " ([0-9a-f]{12})\"");
  private static final Pattern ITEM = Pattern.compile("/[0-9]+(?=/|$)");
  private static final JsonFactory JSON = new JsonFactory();
  private static final int WORD_BYTES = 6;
  private static final String ALGORITHM = "HmacSHA256";

  private final MaskKey key;

  /** What one has masked another one with the same key can unmask. */
  public MaskedText(MaskKey key) {
    this.key = key;
  }

  /** With a key of its own. */
  public MaskedText() {
    this(new MaskKey(Optional.empty(), System::nanoTime));
  }

  /** A mask stands for a secret that is not there, or not any more. */
  public static final class Lost extends Exception {
    private static final long serialVersionUID = 1L;

    Lost() {
      super(
          "A value shown as "
              + DOTS
              + " stands for none that is kept there in this document now. Type the value itself.");
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
   * words on what is wrong with that or among what changes. What is no JSON comes back as it is.
   *
   * @param known texts that they may be in
   */
  public String unmask(String document, String shown, List<String> known) throws Lost {
    Matcher masks = MASK.matcher(shown);
    if (!masks.find()) {
      return shown;
    }
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
    Map<Integer, String> settings = settings(shown);
    if (settings.isEmpty()) {
      return shown;
    }
    StringBuilder text = new StringBuilder();
    do {
      Kept secret = kept.get(masks.group(1));
      String setting = settings.get(masks.start());
      // A part of a document has the end of each setting's path.
      if (secret == null
          || setting == null
          || secret.settings().stream().noneMatch(whole -> whole.endsWith(setting))) {
        throw new Lost();
      }
      masks.appendReplacement(text, Matcher.quoteReplacement(secret.literal()));
    } while (masks.find());
    return masks.appendTail(text).toString();
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
   * Which setting each value is of, by where it begins: its path, whichever item of a list it is
   * in. Empty: it is no JSON.
   */
  private static Map<Integer, String> settings(String text) {
    Map<Integer, String> settings = new HashMap<>();
    try (JsonParser parser = JSON.createParser(text)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isScalarValue()) {
          settings.put(
              (int) parser.currentTokenLocation().getCharOffset(),
              ITEM.matcher(parser.getParsingContext().pathAsPointer().toString()).replaceAll("/#"));
        }
      }
      return settings;
    } catch (IOException e) {
      return Map.of();
    }
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
