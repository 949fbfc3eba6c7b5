package dev.heimdall.launcher.top;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One run of {@code heimdall top}. */
public final class Top {
  private static final long EVERY_MILLIS = 2000;
  private static final long KEYS_MILLIS = 100;

  private final Source source;

  private Top(Source source) {
    this.source = source;
  }

  /**
   * Of a node, at its HTTP endpoint.
   *
   * @param console has its statements; empty: they are not shown
   */
  public static Top ofNode(URI url, Optional<Console> console) {
    return new Top(new NodeSource(new Http(url, Optional.empty()), url.toString(), console));
  }

  /** Of all nodes of a manager. */
  public static Top ofManager(URI url, String user, String password) {
    return new Top(
        new ManagerSource(new Http(url, Optional.of(Http.basic(user, password))), url.toString()));
  }

  /**
   * Prints one screen, whole.
   *
   * @throws IOException if there is nothing to show; its message says why
   */
  public void once(PrintWriter out) throws IOException, InterruptedException {
    boolean enough = source.knowsRates();
    Screen screen = source.look();
    if (!enough) {
      // Rates are of the time between two looks.
      TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
      screen = source.look();
    }
    screen.lines().forEach(out::println);
  }

  /**
   * Shows it until q is pressed; a place that does not answer is asked again.
   *
   * @return false: there is no terminal
   * @throws IOException if there was nothing to show from the beginning
   */
  public boolean live(PrintStream out) throws IOException, InterruptedException {
    Screen screen = source.look();
    Optional<Terminal> opened = Terminal.open(System.in, out);
    if (opened.isEmpty()) {
      return false;
    }
    try (Terminal terminal = opened.get()) {
      while (true) {
        terminal.show(screen);
        if (quitsWithin(terminal)) {
          return true;
        }
        screen = next(screen);
      }
    }
  }

  private static boolean quitsWithin(Terminal terminal) throws IOException, InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(EVERY_MILLIS);
    while (System.nanoTime() - until < 0) {
      if (terminal.quits()) {
        return true;
      }
      TimeUnit.MILLISECONDS.sleep(KEYS_MILLIS);
    }
    return false;
  }

  private Screen next(Screen last) throws InterruptedException {
    try {
      return source.look();
    } catch (IOException e) {
      return new Screen(List.of(last.head().get(0), e.getMessage()), last.grids());
    }
  }
}
