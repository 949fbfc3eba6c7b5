package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EngineSupportTest {
  @ParameterizedTest
  @EnumSource
  void whatTheNodeCanDoWithAnEngineIsInOneTable(Engine engine) {
    EngineSupport support = EngineSupport.of(engine);

    assertThat(support).isNotNull();
    assertThat(support.methods()).isNotEmpty().doesNotHaveDuplicates();
    assertThat(support.forwardsTo()).doesNotContain(engine);
  }
}
