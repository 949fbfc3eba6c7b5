package dev.heimdall.engine.session;

import dev.heimdall.engine.wire.postgres.PgError;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Session variables out of a start-up packet: its parameters, and the switches in `options`. */
final class StartupVariables {
  private static final int NAME_MAX = 63;

  private StartupVariables() {}

  /** A start-up packet asks for something impossible. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    final transient PgError error;

    Refused(PgError error) {
      super(error.message(), null, false, false);
      this.error = error;
    }
  }

  static Map<String, String> of(Map<String, String> parameters) throws Refused {
    Map<String, String> variables = new TreeMap<>();
    String options = parameters.get("options");
    if (options != null) {
      options(options, variables);
    }
    parameters.forEach(
        (name, value) -> {
          if (!name.equals("options")) {
            variables.put(name.toLowerCase(Locale.ROOT), value);
          }
        });
    String application = variables.get("application_name");
    if (application != null) {
      variables.put("application_name", cleanName(application));
    }
    return variables;
  }

  /** As PostgreSQL does: cut to 63 bytes, anything but printable ASCII as \xNN. */
  static String cleanName(String name) {
    byte[] bytes = name.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    StringBuilder clean = new StringBuilder();
    for (byte b : bytes) {
      String next = b >= 32 && b < 127 ? String.valueOf((char) b) : String.format("\\x%02x", b);
      if (clean.length() + next.length() > NAME_MAX) {
        break;
      }
      clean.append(next);
    }
    return clean.toString();
  }

  private static void options(String text, Map<String, String> into) throws Refused {
    List<String> words = words(text);
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      String setting;
      if (word.equals("-c") && i + 1 < words.size()) {
        setting = words.get(++i);
      } else if (word.startsWith("-c") && word.length() > 2) {
        setting = word.substring(2);
      } else if (word.startsWith("--") && word.contains("=")) {
        setting = word.substring(2);
      } else {
        throw new Refused(
            PgError.fatal("42601", "invalid command-line argument for server process: " + word)
                .withHint("Only -c name=value and --name=value are carried by the proxy."));
      }
      int equals = setting.indexOf('=');
      if (equals <= 0) {
        throw new Refused(PgError.fatal("42601", "-c " + setting + " requires a value"));
      }
      into.put(
          setting.substring(0, equals).replace('-', '_').toLowerCase(Locale.ROOT),
          setting.substring(equals + 1));
    }
  }

  /** Splits at white space; a backslash takes the next character as it is. */
  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inside = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isWhitespace(c)) {
        if (inside) {
          words.add(word.toString());
          word.setLength(0);
          inside = false;
        }
        continue;
      }
      if (c == '\\' && i + 1 < text.length()) {
        c = text.charAt(++i);
      }
      word.append(c);
      inside = true;
    }
    if (inside) {
      words.add(word.toString());
    }
    return words;
  }
}
