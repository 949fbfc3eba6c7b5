package dev.heimdall.launcher;

import dev.heimdall.engine.net.TlsFiles;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.manager.edit.FileCheck;
import dev.heimdall.model.Configuration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Certificates, keys and authorities that a configuration needs: what {@code heimdall check} and a
 * node that starts report of them, in the same words and with the same exit code.
 */
final class NamedFiles {
  private NamedFiles() {}

  /** Fails where one of them cannot be used. */
  static void check(String place, Configuration read) throws CommandFailure {
    check(place, read, missing -> {});
    List<TlsFiles.Fault> missing =
        TlsFiles.faults(read).stream().filter(TlsFiles.Fault::ofThisMachine).toList();
    if (!missing.isEmpty()) {
      throw new CommandFailure(
          ExitCode.STARTUP,
          Problems.ofOther("this machine, with the configuration in " + place, missing));
    }
  }

  /** Faults for which a node would reject them, whatever machine it is on. */
  static List<FileCheck.Fault> faults(Configuration read) {
    return TlsFiles.faults(read).stream()
        .filter(fault -> !fault.ofThisMachine())
        .map(fault -> new FileCheck.Fault(fault.document(), fault.fault()))
        .toList();
  }

  /**
   * Checks the files for a node on another machine.
   *
   * @param missing takes what is only missing on this one
   */
  static void check(String place, Configuration read, Consumer<TlsFiles.Fault> missing)
      throws CommandFailure {
    List<TlsFiles.Fault> faults = TlsFiles.faults(read);
    faults.stream().filter(TlsFiles.Fault::ofThisMachine).forEach(missing);
    List<TlsFiles.Fault> wrong = faults.stream().filter(fault -> !fault.ofThisMachine()).toList();
    if (!wrong.isEmpty()) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION, Problems.ofOther("the configuration in " + place, wrong));
    }
  }
}
