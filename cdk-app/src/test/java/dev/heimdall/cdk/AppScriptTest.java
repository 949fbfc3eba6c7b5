package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that {@code cdk.json} names, with a Java that only says how it was called. */
class AppScriptTest {
  @TempDir private Path repository;

  @Test
  void pathsOfTheCdkCommandAreThoseOfWhereItWasCalled() throws Exception {
    Path folder = Files.createDirectories(repository.resolve("cdk-app/target")).getParent();
    Files.copy(Path.of("app"), folder.resolve("app"));
    Files.writeString(folder.resolve("pom.xml"), "");
    for (String sources :
        List.of(
            "cdk-app/src/main",
            "templates/instance",
            "deployment-file/src/main",
            "cdk-constructs/src/main",
            "proxy-node/model/src/main")) {
      Files.createDirectories(repository.resolve(sources));
    }
    Files.writeString(folder.resolve("target/class-path"), "jars");
    Path java = Files.createDirectories(repository.resolve("jdk/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\necho \"$CDK_OUTDIR $CDK_PERF_COUNTERS_FILE $PWD $*\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    assertThat(folder.resolve("app").toFile().setExecutable(true)).isTrue();

    ProcessBuilder builder =
        new ProcessBuilder("./app").directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", repository.resolve("jdk").toString());
    // As aws-cdk 2.1148.1 sets them, for the "output" of cdk.json.
    builder.environment().put("CDK_OUTDIR", "target/cdk.out");
    builder.environment().put("CDK_PERF_COUNTERS_FILE", "target/cdk.out/performance-counters.json");
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isZero();
    Path real = repository.toRealPath();
    assertThat(said.strip())
        .isEqualTo(
            "%1$s/cdk-app/target/cdk.out %1$s/cdk-app/target/cdk.out/performance-counters.json %1$s"
                    .formatted(real)
                + " -cp cdk-app/target/classes:jars dev.heimdall.cdk.AppMain deployment.json");
  }
}
