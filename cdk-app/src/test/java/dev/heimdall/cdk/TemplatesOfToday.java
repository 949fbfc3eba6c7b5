package dev.heimdall.cdk;

import dev.heimdall.cdk.template.PlainTemplates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.cxapi.CloudAssembly;

/** The plain templates, made once for all tests of them. */
public final class TemplatesOfToday {
  private static final class Made {
    static final Map<String, String> FILES = make();
  }

  private TemplatesOfToday() {}

  /** By their paths below {@code templates}. */
  public static Map<String, String> files() {
    return Made.FILES;
  }

  private static Map<String, String> make() {
    App app = PlainTemplates.app();
    CloudAssembly assembly = app.synth();
    try {
      Schemas.judge(app, assembly);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Map.copyOf(PlainTemplates.files(assembly));
  }
}
