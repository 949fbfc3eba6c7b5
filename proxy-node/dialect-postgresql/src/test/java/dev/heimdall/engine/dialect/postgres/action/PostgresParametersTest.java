package dev.heimdall.engine.dialect.postgres.action;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PostgresParametersTest {
  private final PostgresParameters parameters = new PostgresParameters();

  @Test
  void literalsMeanTheSameWhateverTheSetting() {
    assertThat(parameters.literal("it's", Optional.empty())).isEqualTo("'it''s'");
    assertThat(parameters.literal("\\'", Optional.empty())).isEqualTo(" E'\\\\'''");
    assertThat(parameters.literal(null, Optional.empty())).isEqualTo("NULL");
  }

  @Test
  void literalsHaveTheTypeThatTheClientGave() {
    assertThat(parameters.literal("7", Optional.of("bigint"))).isEqualTo("('7'::bigint)");
    assertThat(parameters.literal(null, Optional.of("date"))).isEqualTo("(NULL::date)");
  }

  @Test
  void whatTheClientCallsUnknownTheServerFindsOut() throws Exception {
    Map<Integer, String> names = parameters.typeNames(null, Set.of(705));

    assertThat(parameters.literal("7", Optional.of(names.get(705)))).isEqualTo("'7'");
  }

  @Test
  void typesOfEverydayHaveTheirNamesWithoutAServer() throws Exception {
    assertThat(parameters.typeNames(null, Set.of(20, 1184)))
        .containsOnly(Map.entry(20, "bigint"), Map.entry(1184, "timestamp with time zone"));
  }
}
