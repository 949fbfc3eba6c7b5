package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.CfnResource;
import software.amazon.awscdk.Stack;

class SchemasTest {
  @TempDir private Path work;

  private void judge(String property) throws Exception {
    App app =
        new App(
            AppProps.builder()
                .analyticsReporting(false)
                .outdir(work.resolve(property).toString())
                .build());
    CfnResource.Builder.create(new Stack(app, "orders"), "Queue")
        .type("AWS::SQS::Queue")
        .properties(Map.of(property, 60))
        .build();
    Schemas.judge(app, app.synth());
  }

  @Test
  void aPropertyThatAResourceDoesNotHaveIsAnErrorEachTime() {
    assertThatCode(() -> judge("VisibilityTimeout")).doesNotThrowAnyException();
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> judge("VisibleTimeout"))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("orders: [error ")
          .hasMessageContaining("VisibleTimeout");
    }
  }
}
