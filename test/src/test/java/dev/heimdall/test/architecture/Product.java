package dev.heimdall.test.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The classes that rules are about, read once for all tests. */
public final class Product {
  static final String ENGINE = "dev.heimdall.engine";

  public static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(
              "dev.heimdall.model",
              "dev.heimdall.routing",
              "dev.heimdall.secrets",
              "dev.heimdall.configsync",
              "dev.heimdall.directory",
              ENGINE,
              "dev.heimdall.manager",
              "dev.heimdall.launcher");

  private Product() {}

  /** What makes a deployment on AWS: no library of tests, but built before them. */
  static JavaClasses deployment() {
    return new ClassFileImporter()
        .importPaths(
            Stream.of("cdk-app", "cdk-constructs", "deployment-file")
                .map(module -> Path.of("..", module, "target", "classes"))
                .toList());
  }

  static String room(String name) {
    return ENGINE + "." + name + "..";
  }

  static void holds(ArchRule rule) {
    rule.check(CLASSES);
  }
}
