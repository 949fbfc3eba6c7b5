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
    // A cluster is for clients, and so are their own credentials.
    assertThat(support.clusters() || support.passesCredentials())
        .isEqualTo(support.servesClients());
    assertThat(support.unused().contains("$.cluster")).isEqualTo(!support.clusters());
  }
}
