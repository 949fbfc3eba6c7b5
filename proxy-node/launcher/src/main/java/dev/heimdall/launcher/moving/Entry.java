package dev.heimdall.launcher.moving;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/** A setting as it is written in a file. */
record Entry(String key, String value, Line at) {
  /** Settings whose values may have secrets in the midst. */
  private static final Set<String> NEVER_SHOWN =
      Set.of("auth_ldap_options", "auth_query", "connect_query", "init_connect");

  /** Key and value, unless that may be a secret. */
  String shown() {
    String name = key.substring(key.lastIndexOf(' ') + 1);
    String all = (key + " " + value).toLowerCase(Locale.ROOT);
    boolean secret =
        NEVER_SHOWN.contains(name)
            || all.contains("pass")
            || all.contains("pwd")
            || all.contains("credential")
            || all.contains("secret");
    return secret ? key + " = …" : key + " = " + value;
  }

  /**
   * The file that the value names.
   *
   * @param file that it is relative to: the whole configuration's, not one that is included
   */
  Path fileBeside(Path file) {
    return file.toAbsolutePath().resolveSibling(value).normalize();
  }

  /**
   * Path of the file that the value names, which must be readable.
   *
   * @throws CommandFailure where that cannot be read
   */
  String readableBeside(Path file) throws CommandFailure {
    Path named = fileBeside(file);
    if (!Files.isReadable(named)) {
      throw new CommandFailure(
          ExitCode.STARTUP,
          "%s: %s: %s cannot be read: put the file there, or take the line out"
              .formatted(at, shown(), named));
    }
    return named.toString();
  }
}
