package dev.heimdall.engine.dialect.postgres.catalog;

import dev.heimdall.engine.catalog.FunctionEffect;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Effects of PostgreSQL's own functions, and of those of well-known extensions. From a list that
 * was made by hand: the server says only how often a function may be called, not what it changes.
 */
final class ListedFunctions {
  private static final String BUILT_IN = "functions.txt";
  private static final String OF_EXTENSIONS = "extension-functions.txt";
  private static final String OF_OPERATORS = "operators.txt";

  /** By name, all overloads together. */
  static final Map<String, FunctionEffect> EFFECTS = read(BUILT_IN);

  /** By name, whatever the extension. */
  static final Map<String, FunctionEffect> EXTENSION_EFFECTS = read(OF_EXTENSIONS);

  /** The server's own operators, of versions 12 to 18; all of them only compute. */
  static final Set<String> OPERATORS = Set.of(text(OF_OPERATORS).strip().split("\\s+"));

  private ListedFunctions() {}

  /**
   * Returns the effect of a built-in function.
   *
   * @param volatility {@code i}, {@code s} or {@code v}; the most careful of all overloads
   */
  static FunctionEffect ofBuiltIn(String name, char volatility) {
    FunctionEffect listed = EFFECTS.get(name);
    if (listed != null) {
      return listed;
    }
    // The server's own ones hardly ever read tables of users, but often those of the server.
    return volatility == 's' ? FunctionEffect.SERVER : byVolatility(volatility);
  }

  /** Returns the effect of an extension's function that is not written in SQL or PL/pgSQL. */
  static FunctionEffect ofExtension(String name, char volatility) {
    FunctionEffect listed = EXTENSION_EFFECTS.get(name);
    return listed == null ? byVolatility(volatility) : listed;
  }

  static FunctionEffect byVolatility(char volatility) {
    return switch (volatility) {
      case 'i' -> FunctionEffect.REPEATABLE;
      case 's' -> FunctionEffect.VARYING;
      default -> FunctionEffect.ANYTHING;
    };
  }

  /** Lines of an effect in brackets, then names, apart by white space; {@code #} to line end. */
  private static Map<String, FunctionEffect> read(String resource) {
    Map<String, FunctionEffect> effects = new HashMap<>();
    FunctionEffect effect = null;
    for (String line : text(resource).split("\n")) {
      String text = line.replaceFirst("#.*", "").strip();
      if (text.startsWith("[")) {
        effect = FunctionEffect.valueOf(text.substring(1, text.length() - 1));
      } else if (!text.isEmpty()) {
        for (String name : text.split("\\s+")) {
          if (effects.put(name, effect) != null) {
            throw new IllegalStateException(resource + " has " + name + " twice");
          }
        }
      }
    }
    return Collections.unmodifiableMap(effects);
  }

  private static String text(String resource) {
    try (InputStream in = ListedFunctions.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
