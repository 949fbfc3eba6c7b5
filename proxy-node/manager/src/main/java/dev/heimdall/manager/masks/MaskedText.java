package dev.heimdall.manager.masks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.heimdall.model.SecretPlaces;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
              + " stands for none that is kept in this document now. Type the value itself.");
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
   * The text with its secrets.
   *
   * @param known texts that they may be in
   */
  public String unmask(String document, String shown, List<String> known) throws Lost {
    Map<String, String> literals = new HashMap<>();
    for (String text : known) {
      for (SecretPlaces.Place place : SecretPlaces.in(text).orElse(List.of())) {
        String literal = text.substring(place.start(), place.end());
        literals.put(word(document, literal), literal);
      }
    }
    Matcher masks = MASK.matcher(shown);
    StringBuilder text = new StringBuilder();
    while (masks.find()) {
      String literal = literals.get(masks.group(1));
      if (literal == null) {
        throw new Lost();
      }
      masks.appendReplacement(text, Matcher.quoteReplacement(literal));
    }
    return masks.appendTail(text).toString();
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
