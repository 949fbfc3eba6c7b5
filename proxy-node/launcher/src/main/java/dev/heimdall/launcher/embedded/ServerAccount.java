package dev.heimdall.launcher.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The account a server runs under, and the command words that put it there.
 *
 * <p>PostgreSQL refuses to run as root. Root therefore starts it in a user namespace, where its
 * files stay its own; where the kernel or a container forbids that, as {@code nobody}, who must
 * then be given the data. MySQL and MariaDB run as root if told so.
 */
public final class ServerAccount {
  private static final int NOBODY = 65534;

  private final List<String> prefix;
  private final boolean nobody;

  private ServerAccount(List<String> prefix, boolean nobody) {
    this.prefix = List.copyOf(prefix);
    this.nobody = nobody;
  }

  /**
   * This process's own. Tries out what this machine allows; costs a few short processes.
   *
   * @param lastSignal what the server gets when this process is killed, without {@code SIG}
   */
  public static ServerAccount own(String lastSignal) {
    List<String> words = new ArrayList<>();
    addIfWorks(words, "setsid");
    return new ServerAccount(endingWith(words, lastSignal), false);
  }

  /** One that is not root's: this process's own, or what stands for it. */
  public static ServerAccount notRoot(String lastSignal) {
    List<String> words = new ArrayList<>();
    // A session of its own keeps the terminal's Ctrl-C away: the cluster decides what stops when.
    addIfWorks(words, "setsid");
    boolean nobody = false;
    if (isRoot() && !addIfWorks(words, "unshare", "-U")) {
      nobody =
          addIfWorks(
              words,
              "setpriv",
              "--reuid=" + NOBODY,
              "--regid=" + NOBODY,
              "--clear-groups",
              "--no-new-privs");
      if (!nobody) {
        throw new ServerException(
            "PostgreSQL does not run as root, and neither `unshare -U` nor `setpriv --reuid` works"
                + " here; install util-linux, or run this as an ordinary user");
      }
    }
    return new ServerAccount(endingWith(words, lastSignal), nobody);
  }

  /** Last, because a change of credentials clears it. */
  private static List<String> endingWith(List<String> words, String lastSignal) {
    addIfWorks(words, "setpriv", "--pdeathsig", lastSignal);
    return words;
  }

  /** The words to put before a program and its arguments. None of them forks: the pid stays. */
  public List<String> prefix() {
    return prefix;
  }

  /** Lets the account use what this process has just written. */
  public void adopt(Path tree) throws IOException {
    if (nobody) {
      Directories.give(tree, NOBODY, NOBODY);
    }
  }

  /** True if the account is another than this process's, so that it cannot enter a private home. */
  public boolean isForeign() {
    return nobody;
  }

  /** True if this process is root. */
  public static boolean isRoot() {
    try {
      return Files.exists(Path.of("/proc/self"))
          ? (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0
          : "root".equals(System.getProperty("user.name"));
    } catch (IOException e) {
      return "root".equals(System.getProperty("user.name"));
    }
  }

  private static boolean addIfWorks(List<String> words, String... more) {
    List<String> tried = new ArrayList<>(words);
    tried.addAll(List.of(more));
    List<String> command = new ArrayList<>(tried);
    command.add("true");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      boolean works = process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0;
      process.destroyForcibly();
      if (works) {
        words.addAll(List.of(more));
      }
      return works;
    } catch (IOException e) {
      return false; // the program is not there
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerException("interrupted while looking for a way to start a server", e);
    }
  }
}
