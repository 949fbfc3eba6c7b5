package dev.heimdall.engine.action;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A program that a trigger runs on the node: without a shell, and not for longer than allowed. */
final class Program {
  static final int MOST_OUTPUT = 4096;
  private static final int LOOK_MILLIS = 50;

  private Program() {}

  /**
   * Outcome of a program.
   *
   * @param succeeded whether with exit code 0
   * @param how in words
   * @param output the beginning of what it wrote
   */
  record End(boolean succeeded, String how, String output) {}

  /**
   * Splits a command at white space. What stands in quotes stays together; a backslash takes the
   * next character as it is, except between single quotes. Empty when a quote is not closed.
   */
  static Optional<List<String>> arguments(String command) {
    List<String> arguments = new ArrayList<>();
    StringBuilder argument = null;
    char quote = 0;
    for (int i = 0; i < command.length(); i++) {
      char c = command.charAt(i);
      if (quote == 0 && Character.isWhitespace(c)) {
        if (argument != null) {
          arguments.add(argument.toString());
          argument = null;
        }
        continue;
      }
      argument = argument == null ? new StringBuilder() : argument;
      if (c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '\'' || c == '"')) {
        quote = c;
      } else if (c == '\\' && quote != '\'' && i + 1 < command.length()) {
        argument.append(command.charAt(++i));
      } else {
        argument.append(c);
      }
    }
    if (argument != null) {
      arguments.add(argument.toString());
    }
    return quote == 0 ? Optional.of(arguments) : Optional.empty();
  }

  /** Runs it and blocks until it ends or, after the time is over, is ended with its children. */
  static End run(List<String> arguments, Duration time) throws InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(arguments);
    builder.redirectErrorStream(true);
    builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    Map<String, String> environment = builder.environment();
    // The rest may hold secrets of the node.
    environment.keySet().retainAll(List.of("PATH", "HOME", "LANG", "LC_ALL", "TZ"));
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return new End(false, "it could not be started", "");
    }
    StringBuilder output = new StringBuilder();
    try (InputStream written = process.getInputStream()) {
      long end = System.nanoTime() + time.toNanos();
      boolean ended = false;
      while (!ended && System.nanoTime() - end < 0) {
        ended = process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        read(written, output);
      }
      if (!ended) {
        return new End(false, "it was ended after " + time.toMillis() + " ms", output.toString());
      }
      int code = process.exitValue();
      return new End(code == 0, "exit code " + code, output.toString());
    } catch (IOException e) {
      return new End(false, "its output could not be read", output.toString());
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** Reads the output available now, so that a program with much output is not delayed. */
  private static void read(InputStream written, StringBuilder output) throws IOException {
    byte[] some = new byte[8192];
    while (written.available() > 0) {
      int length = written.read(some);
      int room = MOST_OUTPUT - output.length();
      if (length > 0 && room > 0) {
        output.append(new String(some, 0, Math.min(length, room), StandardCharsets.UTF_8));
      }
    }
  }
}
