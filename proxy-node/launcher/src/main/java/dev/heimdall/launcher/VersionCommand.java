package dev.heimdall.launcher;

import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code heimdall version}. */
@Command(name = "version", description = "Prints the versions of Heimdall and of Java.")
final class VersionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    for (String line : new Provider().getVersion()) {
      spec.commandLine().getOut().println(line);
    }
    return 0;
  }

  /** The version alone. */
  static String own() {
    return Objects.requireNonNullElse(
        Heimdall.class.getPackage().getImplementationVersion(), "(unpackaged)");
  }

  /**
   * The version is in the jar's manifest; there is none when classes run from a build directory.
   */
  static final class Provider implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {
        "heimdall " + own(),
        "java %s, %s, %s %s"
            .formatted(
                System.getProperty("java.version"),
                System.getProperty("java.vm.name"),
                System.getProperty("os.name"),
                System.getProperty("os.arch"))
      };
    }
  }
}
