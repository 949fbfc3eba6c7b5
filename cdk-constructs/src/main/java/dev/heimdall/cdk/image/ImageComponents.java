package dev.heimdall.cdk.image;

import dev.heimdall.cdk.instance.Release;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.Stack;

/**
 * The document of a component: what is fetched, and the scripts of {@code templates/image}, byte
 * for byte, as Packer runs them too.
 */
public final class ImageComponents {
  /** Path at which {@code provision} looks for the input. */
  private static final String INPUT = "/tmp/heimdall-ami-input.tar.gz";

  /** Image Builder takes no longer one in a template. */
  private static final int LONGEST = 16_000;

  private static final int SECONDS = 1800;

  private ImageComponents() {}

  /** Makes the image of an instance. */
  public static String provision(Stack stack, Release input, Optional<String> updateUrl) {
    Map<String, Object> from = new LinkedHashMap<>();
    from.put("source", "s3://" + input.bucket() + "/" + input.key());
    from.put("destination", INPUT);
    return document(
        stack,
        "build",
        List.of(
            step("Fetch", "S3Download", List.of(from)),
            bash(
                "Provision",
                updateUrl.map(url -> "export HEIMDALL_UPDATE_URL='" + url + "'\n").orElse("")
                    + script("provision"))));
  }

  /** Looks whether others may have it. */
  public static String inspect(Stack stack) {
    return document(stack, "validate", List.of(bash("Inspect", script("inspect"))));
  }

  /** JSON is YAML, and leaves every byte of a script as it is. */
  private static String document(Stack stack, String phase, List<Map<String, Object>> steps) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("name", phase);
    one.put("steps", steps);
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("schemaVersion", "1.0");
    document.put("phases", List.of(one));
    return stack.toJsonString(document);
  }

  private static Map<String, Object> bash(String name, String script) {
    return step(name, "ExecuteBash", Map.of("commands", List.of(script)));
  }

  private static Map<String, Object> step(String name, String action, Object inputs) {
    Map<String, Object> step = new LinkedHashMap<>();
    step.put("name", name);
    step.put("action", action);
    step.put("timeoutSeconds", SECONDS);
    step.put("inputs", inputs);
    return step;
  }

  /** A file of {@code templates/image}. */
  public static String script(String name) {
    try (InputStream in =
        ImageComponents.class.getResourceAsStream("/dev/heimdall/cdk/image/" + name)) {
      if (in == null) {
        throw new IllegalStateException("templates/image/" + name + " is missing");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      if (text.contains("{{") || text.length() > LONGEST / 2) {
        throw new IllegalStateException(
            "templates/image/" + name + " has {{, which Image Builder fills in, or is too long");
      }
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
