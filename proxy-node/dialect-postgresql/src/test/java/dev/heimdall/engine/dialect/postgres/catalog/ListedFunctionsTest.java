package dev.heimdall.engine.dialect.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.catalog.Effect;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListedFunctionsTest {

  @Test
  void theListIsRead() {
    assertThat(ListedFunctions.EFFECTS).hasSizeGreaterThan(2500);
    assertThat(ListedFunctions.EXTENSION_EFFECTS).isNotEmpty();
  }

  @Test
  void whatIsListedGoesBeforeWhatTheServerSays() {
    assertThat(ListedFunctions.ofBuiltIn("random", 'v')).isEqualTo(Effect.MOMENT);
    assertThat(ListedFunctions.ofBuiltIn("nextval", 'v')).isEqualTo(Effect.WRITE);
    assertThat(ListedFunctions.ofBuiltIn("txid_current", 's')).isEqualTo(Effect.WRITE);
    assertThat(ListedFunctions.ofBuiltIn("set_config", 'v')).isEqualTo(Effect.SESSION);
    assertThat(ListedFunctions.ofBuiltIn("pg_advisory_lock", 'v')).isEqualTo(Effect.SESSION_LOCK);
    assertThat(ListedFunctions.ofBuiltIn("to_char", 's')).isEqualTo(Effect.REPEATABLE);
    assertThat(ListedFunctions.ofExtension("uuid_generate_v4", 'v')).isEqualTo(Effect.MOMENT);
    assertThat(ListedFunctions.ofExtension("crosstab", 's')).isEqualTo(Effect.ANYTHING);
  }

  @Test
  void whatNobodyHasLookedAtCountsByItsVolatility() {
    for (String unknown : List.of("made_next_year")) {
      assertThat(ListedFunctions.ofBuiltIn(unknown, 'i')).isEqualTo(Effect.REPEATABLE);
      assertThat(ListedFunctions.ofBuiltIn(unknown, 's')).isEqualTo(Effect.SERVER);
      assertThat(ListedFunctions.ofExtension(unknown, 's')).isEqualTo(Effect.VARYING);
      assertThat(ListedFunctions.ofBuiltIn(unknown, 'v')).isEqualTo(Effect.ANYTHING);
    }
  }
}
