package dev.heimdall.test.operate;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.launcher.Heimdall;
import dev.heimdall.test.fixture.HeimdallJvm;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A JVM that runs commands, one after another, each with an environment of its own: most of the
 * time of a command in a process of its own goes into starting Java. Ends with the tests.
 */
final class CommandHost {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final Writer asks;
  private final BufferedReader answers;

  private CommandHost() {
    List<String> command =
        HeimdallJvm.program(
            CommandHost.class, "deployment", "--add-opens=java.base/java.util=ALL-UNNAMED");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    asks = process.outputWriter(StandardCharsets.UTF_8);
    answers = process.inputReader(StandardCharsets.UTF_8);
  }

  private static final class Shared {
    static final CommandHost HOST = new CommandHost();
  }

  /** What a command is run with. */
  private record Asked(List<String> words, Map<String, String> environment, List<String> lines) {}

  /**
   * Runs a command to its end.
   *
   * @param environment beside what this JVM has, without variables of AWS
   * @param lines that it reads
   */
  static HeimdallCommand run(
      List<String> words, Map<String, String> environment, List<String> lines) throws IOException {
    return Shared.HOST.ask(new Asked(words, environment, lines));
  }

  private synchronized HeimdallCommand ask(Asked asked) throws IOException {
    asks.write(JSON.writeValueAsString(asked) + "\n");
    asks.flush();
    String line = answers.readLine();
    if (line == null) {
      throw new AssertionError("the JVM for commands has ended: " + process);
    }
    return JSON.readValue(line, HeimdallCommand.class);
  }

  /** Reads a command a line from its input until there is no more, and answers each with a line. */
  public static void main(String[] none) throws Exception {
    PrintStream told = new PrintStream(System.out, /* autoFlush= */ true, StandardCharsets.UTF_8);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      told.println(JSON.writeValueAsString(run(JSON.readValue(line, Asked.class))));
    }
    System.exit(0);
  }

  private static HeimdallCommand run(Asked asked) throws ReflectiveOperationException {
    Map<String, String> variables = variables();
    Map<String, String> before = new HashMap<>(variables);
    variables.putAll(asked.environment());
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(text, /* autoFlush= */ true, StandardCharsets.UTF_8);
    String lines = String.join("", asked.lines().stream().map(each -> each + "\n").toList());
    System.setIn(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
    System.setOut(out);
    System.setErr(out);
    try {
      PrintWriter writer = new PrintWriter(out, /* autoFlush= */ true, StandardCharsets.UTF_8);
      int exitCode = Heimdall.run(writer, writer, asked.words().toArray(String[]::new));
      return new HeimdallCommand(exitCode, text.toString(StandardCharsets.UTF_8));
    } finally {
      variables.clear();
      variables.putAll(before);
    }
  }

  /** Those that {@link System#getenv()} shows: Java has no way to change them. */
  @SuppressWarnings("unchecked")
  private static Map<String, String> variables() throws ReflectiveOperationException {
    Map<String, String> shown = System.getenv();
    Field map = shown.getClass().getDeclaredField("m");
    map.setAccessible(true);
    return (Map<String, String>) map.get(shown);
  }
}
