package dev.heimdall.launcher.top;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The terminal that a person sits at: its size, its keys, and its second screen, which leaves the
 * first as it was. It is put back when it is closed, and when the process ends otherwise.
 */
final class Terminal implements AutoCloseable {
  private static final File TTY = new File("/dev/tty");

  /** Its second screen, without a cursor; and back. */
  private static final String BEGIN = "\u001b[?1049h\u001b[?25l";

  private static final String END = "\u001b[?25h\u001b[?1049l";
  private static final String HOME = "\u001b[H";
  private static final String REST_OF_LINE = "\u001b[K";
  private static final String REST_OF_SCREEN = "\u001b[J";
  private static final String REVERSED = "\u001b[7m";
  private static final String PLAIN = "\u001b[m";
  private static final int WIDTH = 80;
  private static final int HEIGHT = 24;

  private final InputStream keys;
  private final PrintStream out;
  private final String before;
  private final Thread atExit = new Thread(this::restore, "terminal");

  private Terminal(InputStream keys, PrintStream out, String before) {
    this.keys = keys;
    this.out = out;
    this.before = before;
  }

  /** Takes it over; empty: there is none. */
  static Optional<Terminal> open(InputStream keys, PrintStream out) throws InterruptedException {
    Optional<String> before = stty("-g");
    if (System.console() == null || before.isEmpty()) {
      return Optional.empty();
    }
    stty("-icanon", "-echo", "min", "0", "time", "0");
    Terminal terminal = new Terminal(keys, out, before.get());
    Runtime.getRuntime().addShutdownHook(terminal.atExit);
    out.print(BEGIN);
    out.flush();
    return Optional.of(terminal);
  }

  /** Shows as much of it as there is room for. */
  void show(Screen screen) throws InterruptedException {
    String[] size = stty("size").orElse("").split(" ");
    int height = size.length == 2 ? positive(size[0], HEIGHT) : HEIGHT;
    int width = size.length == 2 ? positive(size[1], WIDTH) : WIDTH;
    out.print(drawn(screen, width, height));
    out.flush();
  }

  /** Over what is there, so that nothing flickers; the names of columns stand out. */
  static String drawn(Screen screen, int width, int height) {
    StringBuilder text = new StringBuilder(HOME);
    List<String> lines = screen.lines(width, Math.max(1, height - 1));
    boolean first = false;
    for (String line : lines) {
      text.append(first ? REVERSED : "").append(line).append(first ? PLAIN : "");
      text.append(REST_OF_LINE).append("\r\n");
      first = line.isEmpty();
    }
    return text.append("q quits").append(REST_OF_SCREEN).toString();
  }

  private static int positive(String text, int otherwise) {
    try {
      int number = Integer.parseInt(text.strip());
      return number > 0 ? number : otherwise;
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  /** True if q was pressed since. */
  boolean quits() throws IOException {
    while (keys.available() > 0) {
      int key = keys.read();
      if (key == 'q' || key == 'Q') {
        return true;
      }
    }
    return false;
  }

  private void restore() {
    out.print(END);
    out.flush();
    try {
      stty(before);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    if (Runtime.getRuntime().removeShutdownHook(atExit)) {
      restore();
    }
  }

  /** Returns the output of stty; empty if there is no terminal, or no stty. */
  private static Optional<String> stty(String... arguments) throws InterruptedException {
    String[] command = new String[arguments.length + 1];
    command[0] = "stty";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(TTY)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0
          ? Optional.of(said.strip())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
