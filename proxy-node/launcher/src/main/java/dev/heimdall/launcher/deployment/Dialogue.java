package dev.heimdall.launcher.deployment;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.function.Function;

/** Asks a person, or takes the defaults. */
public final class Dialogue {
  private final BufferedReader in;
  private final PrintWriter out;
  private final boolean defaults;

  /**
   * Sends no request yet.
   *
   * @param defaults whether nothing is asked, and the defaults count
   */
  public Dialogue(BufferedReader in, PrintWriter out, boolean defaults) {
    this.in = in;
    this.out = out;
    this.defaults = defaults;
  }

  void say(String line) {
    out.println(line);
  }

  /**
   * An answer that is right.
   *
   * @param option which says the same on the command line
   * @param right turns an answer into what is meant; throws IllegalArgumentException for a wrong
   *     one
   */
  <T> T ask(String question, Optional<String> byDefault, String option, Function<String, T> right)
      throws CommandFailure {
    while (true) {
      String answer = answer(question, byDefault, option);
      try {
        return right.apply(answer);
      } catch (IllegalArgumentException e) {
        if (defaults) {
          throw new CommandFailure(ExitCode.USAGE, question + ": " + e.getMessage(), e);
        }
        out.println("  " + e.getMessage());
      }
    }
  }

  private String answer(String question, Optional<String> byDefault, String option)
      throws CommandFailure {
    if (defaults) {
      return byDefault.orElseThrow(
          () -> new CommandFailure(ExitCode.USAGE, question + " is not known: give " + option));
    }
    while (true) {
      out.print(question + byDefault.map(text -> " [" + text + "]").orElse("") + ": ");
      out.flush();
      String line;
      try {
        line = in.readLine();
      } catch (IOException e) {
        line = null;
      }
      if (line == null) {
        out.println();
        throw new CommandFailure(
            ExitCode.USAGE,
            "%s has no answer: give %s, or --yes to take defaults".formatted(question, option));
      } else if (!line.isBlank()) {
        return line.strip();
      } else if (byDefault.isPresent()) {
        return byDefault.get();
      }
    }
  }

  /** True if a person says yes; no is what counts without one. */
  boolean agrees(String question) {
    if (defaults) {
      return false;
    }
    out.print(question + "? (yes, no) [no]: ");
    out.flush();
    return line().filter(answer -> answer.strip().equalsIgnoreCase("yes")).isPresent();
  }

  /** Reads an answer that is not shown while it is typed. */
  Optional<String> secret(String question) {
    out.print(question + ": ");
    out.flush();
    Console console = System.console();
    Optional<String> typed =
        console == null ? line() : Optional.ofNullable(console.readPassword()).map(String::valueOf);
    return typed.filter(text -> !text.isEmpty());
  }

  private Optional<String> line() {
    try {
      return Optional.ofNullable(in.readLine());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
