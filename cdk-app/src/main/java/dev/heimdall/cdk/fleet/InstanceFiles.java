package dev.heimdall.cdk.fleet;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awscdk.Fn;

/** The files of {@code templates/instance}, which an instance runs. */
final class InstanceFiles {
  private static final Pattern NAME = Pattern.compile("\\$\\{([^}]*)}");

  /** What is for who reads the file; a template has no room for it. */
  private static final Pattern COMMENT = Pattern.compile("(?m)^ *(#(?!!).*)?\\n");

  private InstanceFiles() {}

  /** The boot script, with every name in braces filled in by CloudFormation. */
  static String userData(SortedMap<String, String> values) {
    String script = COMMENT.matcher(read("user-data.sh")).replaceAll("");
    Set<String> names = new TreeSet<>();
    Matcher matcher = NAME.matcher(script);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    if (!names.equals(values.keySet())) {
      throw new IllegalStateException(
          "templates/instance/user-data.sh has ${names} "
              + names
              + ", known are "
              + values.keySet());
    }
    return Fn.sub(script, values);
  }

  private static String read(String name) {
    try (InputStream in =
        InstanceFiles.class.getResourceAsStream("/dev/heimdall/cdk/instance/" + name)) {
      if (in == null) {
        throw new IllegalStateException("templates/instance/" + name + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
