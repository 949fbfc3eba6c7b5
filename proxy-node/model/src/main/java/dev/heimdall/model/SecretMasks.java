package dev.heimdall.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Values that are shown in place of secrets. One that comes back in a way that cannot be undone
 * must not become the secret: the password would be unknown then.
 */
public final class SecretMasks {
  /** Prefix of a mask of the manager. */
  public static final String DOTS = "••••••••";

  /** Documents are in the directory or in a folder of it. */
  private static final int DEPTH = 2;

  private static final String DOT = "[•●∙⬤]";

  /** A dot as programs write it that take text for something else. */
  private static final Pattern SPELT =
      Pattern.compile(
          "(?i)\\\\+u2022|u2022(?=u2022)|(?<=u2022)u2022|\\\\+xe2\\\\+x80\\\\+xa2|&#0*8226;|&#x0*2022;|&bull;|%e2%80%a2|â€¢|â\u0080¢");

  /** Spaces, and what is not seen. */
  private static final Pattern UNSEEN = Pattern.compile("[\\p{Z}\\p{C}]+");

  /** Dots, or one and the rest of the word; what other encodings make of them; JdbcUrl's own. */
  private static final Pattern LIKE =
      Pattern.compile(
          "%1$s{2}|^%1$s[0-9a-f]*$|^[*]{3,}$|^[?\uFFFD]{8,}[0-9a-f]*$|(//|[?;(])[*]{3}(@|$)"
              .formatted(DOT));

  private SecretMasks() {}

  /** True if a value is one, or was one before it was cut, padded or spelt in another way. */
  public static boolean isLike(String value) {
    if (Secret.UNREAD.value().equals(value)) {
      return false;
    }
    String plain = SPELT.matcher(Normalizer.normalize(value, Normalizer.Form.NFKC)).replaceAll("•");
    return LIKE.matcher(UNSEEN.matcher(plain).replaceAll("")).find();
  }

  /** Returns the secrets that look like masks in all documents of a directory. */
  public static List<Problem> problems(Path directory) throws IOException {
    List<Problem> problems = new ArrayList<>();
    try (Stream<Path> files = Files.walk(directory, DEPTH)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".json")).sorted().toList()) {
        problems.addAll(problems(directory.relativize(file).toString(), Files.readString(file)));
      }
    }
    return Problem.first(problems.stream());
  }

  /** The secrets of a document that look like masks. Of what is no JSON nothing is said. */
  public static List<Problem> problems(String document, String text) {
    return problems(document, text, SecretMasks::isLike);
  }

  /**
   * Returns the secrets of a document that look like masks, according to another definition of a
   * mask.
   *
   * @param like gets each secret that is a text
   */
  public static List<Problem> problems(String document, String text, Predicate<String> like) {
    Map<Integer, SecretPlaces.Place> places =
        SecretPlaces.in(text).orElse(List.of()).stream()
            .collect(Collectors.toMap(SecretPlaces.Place::start, place -> place));
    List<Problem> problems = new ArrayList<>();
    if (places.isEmpty()) {
      return problems;
    }
    try (JsonParser parser = new JsonFactory().createParser(text)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        JsonLocation at = parser.currentTokenLocation();
        if (token == JsonToken.VALUE_STRING
            && places.containsKey((int) at.getCharOffset())
            && like.test(parser.getText())) {
          problems.add(problem(document, parser));
        }
      }
      return Problem.first(problems.stream());
    } catch (IOException e) {
      return List.of();
    }
  }

  /** The value that a parser is at is a mask, and not the secret that has to stand there. */
  public static Problem problem(String document, JsonParser parser) {
    JsonLocation at = parser.currentTokenLocation();
    return new Problem(
        document,
        at.getLineNr(),
        at.getColumnNr(),
        JsonText.path(parser.getParsingContext()),
        "what looks like the mask of a secret",
        "the secret itself, or the mask of this setting as it is shown in this document now",
        Optional.empty());
  }
}
