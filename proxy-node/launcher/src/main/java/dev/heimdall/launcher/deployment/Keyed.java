package dev.heimdall.launcher.deployment;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values of an option, each for one region or database ({@code KEY=VALUE}) or for all that have
 * none of their own.
 */
public record Keyed(String option, List<String> written) {
  private static final Pattern FORM = Pattern.compile("([A-Za-z][A-Za-z0-9-]*)=(.+)");

  public Keyed {
    written = List.copyOf(written);
  }

  List<String> all(String key) {
    List<String> own =
        written.stream()
            .map(FORM::matcher)
            .filter(Matcher::matches)
            .filter(pair -> pair.group(1).equals(key))
            .map(pair -> pair.group(2))
            .toList();
    return own.isEmpty()
        ? written.stream().filter(value -> !FORM.matcher(value).matches()).toList()
        : own;
  }

  /** Meaning of one of its values. */
  <T> T read(String value, Function<String, T> meaning) throws CommandFailure {
    try {
      return meaning.apply(value);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, option + ": " + e.getMessage(), e);
    }
  }

  /** All of them, whatever they are for. */
  List<String> values() {
    return written.stream()
        .map(
            value -> {
              Matcher pair = FORM.matcher(value);
              return pair.matches() ? pair.group(2) : value;
            })
        .toList();
  }

  Optional<String> one(String key) {
    return all(key).stream().findFirst();
  }
}
