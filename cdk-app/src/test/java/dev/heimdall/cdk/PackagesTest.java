package dev.heimdall.cdk;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which package of the deployment may know which, over the modules that it has. */
class PackagesTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.heimdall.cdk");

  @Test
  void formNoCycle() {
    assertThat(CLASSES.stream().map(JavaClass::getPackageName))
        .contains("dev.heimdall.cdk", "dev.heimdall.cdk.config", "dev.heimdall.cdk.fleet");
    slices().matching("dev.heimdall.(**)").should().beFreeOfCycles().check(CLASSES);
  }
}
