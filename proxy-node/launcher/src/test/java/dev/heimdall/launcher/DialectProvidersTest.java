package dev.heimdall.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.DialectProviders;
import dev.heimdall.model.Engine;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DialectProvidersTest {
  /** What a configuration may name, nodes can speak. */
  @ParameterizedTest
  @MethodSource("dev.heimdall.model.Engine#all")
  void everyEngineHasItsDialect(Engine engine) {
    DialectProviders found = DialectProviders.found();

    assertThat(found.engines()).contains(engine);
    assertThat(found.of(engine).engine()).isEqualTo(engine);
  }
}
