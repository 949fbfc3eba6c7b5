package dev.heimdall.engine.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BuiltInsTest {

  @Test
  void theListIsRead() {
    assertThat(BuiltIns.EFFECTS).hasSizeGreaterThan(2500);
    assertThat(BuiltIns.EXTENSION_EFFECTS).isNotEmpty();
  }

  @Test
  void whatIsListedGoesBeforeWhatTheServerSays() {
    assertThat(BuiltIns.ofBuiltIn("random", 'v')).isEqualTo(Effect.MOMENT);
    assertThat(BuiltIns.ofBuiltIn("nextval", 'v')).isEqualTo(Effect.WRITE);
    assertThat(BuiltIns.ofBuiltIn("txid_current", 's')).isEqualTo(Effect.WRITE);
    assertThat(BuiltIns.ofBuiltIn("set_config", 'v')).isEqualTo(Effect.SESSION);
    assertThat(BuiltIns.ofBuiltIn("pg_advisory_lock", 'v')).isEqualTo(Effect.SESSION_LOCK);
    assertThat(BuiltIns.ofBuiltIn("to_char", 's')).isEqualTo(Effect.REPEATABLE);
    assertThat(BuiltIns.ofExtension("uuid_generate_v4", 'v')).isEqualTo(Effect.MOMENT);
    assertThat(BuiltIns.ofExtension("crosstab", 's')).isEqualTo(Effect.ANYTHING);
  }

  @Test
  void whatNobodyHasLookedAtCountsByItsVolatility() {
    for (String unknown : List.of("made_next_year")) {
      assertThat(BuiltIns.ofBuiltIn(unknown, 'i')).isEqualTo(Effect.REPEATABLE);
      assertThat(BuiltIns.ofBuiltIn(unknown, 's')).isEqualTo(Effect.SERVER);
      assertThat(BuiltIns.ofExtension(unknown, 's')).isEqualTo(Effect.VARYING);
      assertThat(BuiltIns.ofBuiltIn(unknown, 'v')).isEqualTo(Effect.ANYTHING);
    }
  }
}
