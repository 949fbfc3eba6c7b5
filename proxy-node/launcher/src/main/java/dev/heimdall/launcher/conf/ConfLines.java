package dev.heimdall.launcher.conf;

import dev.heimdall.model.NearestName;
import dev.heimdall.model.Problem;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The lines of one file: blank ones, comments behind {@code #}, and {@code key = value}. */
final class ConfLines {
  private static final long LARGEST = 64 * 1024;

  private final String file;
  private final Map<ConfKey, String> values = new EnumMap<>(ConfKey.class);
  private final Map<ConfKey, Integer> places = new EnumMap<>(ConfKey.class);
  private final List<Problem> problems = new ArrayList<>();

  private ConfLines(Path file) {
    this.file = file.toString();
  }

  /** All that is written; the failure lists every problem. */
  static Map<ConfKey, String> read(Path file) throws ConfException {
    ConfLines lines = new ConfLines(file);
    int number = 0;
    for (String line : lines.text(file).lines().toList()) {
      lines.take(line.strip(), ++number);
    }
    if (lines.values.containsKey(ConfKey.PASSWORD) && !lines.values.containsKey(ConfKey.USER)) {
      lines.problem(
          lines.places.get(ConfKey.PASSWORD),
          ConfKey.PASSWORD.spelling(),
          "a password",
          ConfKey.USER.spelling() + " as well, whose password it is",
          Optional.empty());
    }
    lines.onePlace();
    if (!lines.values.getOrDefault(ConfKey.UPDATE, "").equals("off")) {
      lines.bothOrNone(ConfKey.UPDATE, ConfKey.UPDATE_URL);
    }
    lines.onlyOneOf(ConfKey.MANAGER_SECRET, ConfKey.MANAGER_PASSWORD_FILE, "a second password");
    lines.bothOrNone(ConfKey.MANAGER_CERTIFICATE, ConfKey.MANAGER_KEY);
    lines.bothOrNone(ConfKey.MANAGER_KEY, ConfKey.MANAGER_CERTIFICATE);
    lines.onlyOneOf(
        ConfKey.OIDC_CLIENT_SECRET, ConfKey.OIDC_CLIENT_SECRET_FILE, "a second client's secret");
    lines.bothOrNone(ConfKey.OIDC_ISSUER, ConfKey.OIDC_CLIENT_ID);
    lines.bothOrNone(ConfKey.OIDC_CLIENT_ID, ConfKey.OIDC_ISSUER);
    lines.bothOrNone(ConfKey.OIDC_ISSUER, ConfKey.MANAGER_URL);
    if (!lines.problems.isEmpty()) {
      throw new ConfException(lines.problems);
    }
    return lines.values;
  }

  /** A machine that edits a directory may fill it from elsewhere the first time. */
  private void onePlace() {
    String second = "a second place of the configuration";
    onlyOneOf(ConfKey.CONFIG_SOURCE, ConfKey.SECRET_KEY, second);
    onlyOneOf(ConfKey.CONFIG_DIRECTORY, ConfKey.SECRET_KEY, second);
    if (!Role.edits(values.get(ConfKey.ROLE))) {
      onlyOneOf(ConfKey.CONFIG_DIRECTORY, ConfKey.CONFIG_SOURCE, second + " on a proxy");
    }
  }

  private void onlyOneOf(ConfKey one, ConfKey other, String second) {
    if (values.containsKey(one) && values.containsKey(other)) {
      problem(
          places.get(other),
          other.spelling(),
          second,
          "one: line " + places.get(one) + " has " + one.spelling(),
          Optional.empty());
    }
  }

  private void bothOrNone(ConfKey one, ConfKey other) {
    if (values.containsKey(one) && !values.containsKey(other)) {
      problem(
          places.get(one),
          one.spelling(),
          "it alone",
          other.spelling() + " as well",
          Optional.empty());
    }
  }

  private String text(Path path) throws ConfException {
    try {
      if (Files.size(path) > LARGEST) {
        throw unreadable("more than " + LARGEST + " bytes", "lines of key = value");
      }
      return Files.readString(path, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw unreadable(
          "no such file", "one with lines such as configDirectory = /opt/heimdall/config");
    } catch (AccessDeniedException e) {
      throw unreadable("a file that may not be read", "one that may");
    } catch (CharacterCodingException e) {
      throw unreadable("something that is no UTF-8", "lines of key = value");
    } catch (IOException e) {
      throw unreadable(String.valueOf(e.getMessage()), "a file that can be read");
    }
  }

  private ConfException unreadable(String got, String expected) {
    return new ConfException(
        List.of(new Problem(file, 0, 0, "the file", got, expected, Optional.empty())));
  }

  private void take(String line, int number) {
    if (line.isEmpty() || line.startsWith("#")) {
      return;
    }
    int equals = line.indexOf('=');
    if (equals < 0) {
      // It may be the rest of a secret: nothing of it is shown.
      problem(
          number,
          "the line",
          "a line without =",
          "key = value, or a comment behind #",
          Optional.empty());
      return;
    }
    String written = line.substring(0, equals).strip();
    Optional<ConfKey> known = ConfKey.of(written);
    if (known.isEmpty()) {
      problem(
          number,
          written,
          "an unknown key",
          "one of " + String.join(", ", ConfKey.spellings()),
          NearestName.of(written, ConfKey.spellings()));
      return;
    }
    ConfKey key = known.get();
    String value = unquoted(line.substring(equals + 1).strip());
    Integer earlier = places.putIfAbsent(key, number);
    if (earlier != null) {
      problem(
          number,
          key.spelling(),
          "a second value",
          "the key once; line " + earlier + " has it already",
          Optional.empty());
    } else if (!key.allows(value)) {
      problem(
          number,
          key.spelling(),
          shown(key, value),
          key.expected(),
          key.words().isEmpty() ? Optional.empty() : NearestName.of(value, key.words()));
    } else {
      values.put(key, value);
    }
  }

  private static String shown(ConfKey key, String value) {
    if (value.isEmpty()) {
      return "nothing";
    }
    return key.secret() ? "something else" : '"' + value + '"';
  }

  /** The file may be read by a shell as well, which needs quotes around some values. */
  private static String unquoted(String value) {
    int last = value.length() - 1;
    boolean quoted =
        last > 0
            && value.charAt(0) == value.charAt(last)
            && (value.charAt(0) == '"' || value.charAt(0) == '\'');
    return quoted ? value.substring(1, last) : value;
  }

  private void problem(
      int line, String key, String got, String expected, Optional<String> suggestion) {
    problems.add(new Problem(file, line, 1, key, got, expected, suggestion));
  }
}
