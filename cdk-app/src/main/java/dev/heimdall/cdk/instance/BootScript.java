package dev.heimdall.cdk.instance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.Token;

/** {@code templates/instance/user-data.sh}, which an instance runs when it boots. */
public final class BootScript {
  private static final Pattern NAME = Pattern.compile("\\$\\{([^}]*)}");

  /** What is for who reads the file; a template has no room for it. */
  private static final Pattern COMMENT = Pattern.compile("(?m)^ *(#(?!!).*)?\\n");

  private static final Pattern INDENT = Pattern.compile("(?m)^ +");

  /** A key that has no value, which the script would pass over. */
  private static final Pattern UNSET = Pattern.compile("(?m)^conf \\w+ ''\\n");

  private BootScript() {}

  /**
   * The script with every name in braces filled in, by CloudFormation where only that knows.
   *
   * @param values of all names in the script
   */
  public static String of(SortedMap<String, String> values) {
    String script = INDENT.matcher(COMMENT.matcher(read()).replaceAll("")).replaceAll("");
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
    TreeMap<String, String> open = new TreeMap<>();
    for (var value : values.entrySet()) {
      if (Token.isUnresolved(value.getValue())) {
        open.put(value.getKey(), value.getValue());
      } else {
        script = script.replace("${" + value.getKey() + "}", value.getValue());
      }
    }
    return Fn.sub(UNSET.matcher(script).replaceAll(""), open);
  }

  private static String read() {
    try (InputStream in =
        BootScript.class.getResourceAsStream("/dev/heimdall/cdk/instance/user-data.sh")) {
      if (in == null) {
        throw new IllegalStateException("templates/instance/user-data.sh is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
