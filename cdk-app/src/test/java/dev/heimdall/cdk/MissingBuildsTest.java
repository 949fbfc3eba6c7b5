package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.cdk.config.DeploymentFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MissingBuildsTest {
  private static final String FUNCTION =
      "mvn -q -B -Dquick -Dmaven.test.skip=true -pl config-sync-lambda -am package";

  @TempDir private Path base;

  private List<String> commands(String region, String fleet, String more) throws Exception {
    Path file =
        Files.writeString(
            base.resolve("deployment.json"),
            "{\"regions\": [{\"region\": \"%s\", \"fleet\": {\"ports\": [5432], \"clients\": [\"10.0.0.0/16\"]%s}%s}]}"
                .formatted(region, fleet, more));
    return MissingBuilds.of(DeploymentFile.read(file), base).commands();
  }

  private void built(String file) throws Exception {
    Path path = base.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, "built");
  }

  @Test
  void whatIsNotThereIsBuiltAndNothingElse() throws Exception {
    assertThat(commands("eu-west-1", "", "")).containsExactly("cdk-app/release");
    assertThat(commands("eu-west-1", ", \"release\": \"mine.tar.gz\"", ""))
        .containsExactly(FUNCTION);
    assertThat(commands("eu-west-1", "", ", \"configSync\": {\"enabled\": false}"))
        .containsExactly("cdk-app/release");
    assertThat(commands("cn-north-1", "", "")).containsExactly(FUNCTION);

    built("cdk-app/target/heimdall-release.tar.gz");
    built("config-sync-lambda/target/heimdall-config-sync-lambda.jar");
    assertThat(commands("eu-west-1", "", "")).isEmpty();
  }

  @Test
  void buildsRunWhereTheRepositoryIsAndSayThatTheyFailed() throws Exception {
    new MissingBuilds(base, List.of("echo built > made")).build();
    assertThat(base.resolve("made")).hasContent("built");

    assertThatThrownBy(new MissingBuilds(base, List.of("exit 7"))::build)
        .isInstanceOf(DeploymentException.class)
        .hasMessage("exit 7 failed, with the exit code 7");
  }
}
