package dev.heimdall.engine.dialect.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.catalog.FunctionEffect;
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
    assertThat(ListedFunctions.ofBuiltIn("random", 'v')).isEqualTo(FunctionEffect.MOMENT);
    assertThat(ListedFunctions.ofBuiltIn("nextval", 'v')).isEqualTo(FunctionEffect.WRITE);
    assertThat(ListedFunctions.ofBuiltIn("txid_current", 's')).isEqualTo(FunctionEffect.WRITE);
    assertThat(ListedFunctions.ofBuiltIn("set_config", 'v')).isEqualTo(FunctionEffect.SESSION);
    assertThat(ListedFunctions.ofBuiltIn("pg_advisory_lock", 'v'))
        .isEqualTo(FunctionEffect.SESSION_LOCK);
    assertThat(ListedFunctions.ofBuiltIn("to_char", 's')).isEqualTo(FunctionEffect.REPEATABLE);
    assertThat(ListedFunctions.ofExtension("uuid_generate_v4", 'v'))
        .isEqualTo(FunctionEffect.MOMENT);
    assertThat(ListedFunctions.ofExtension("crosstab", 's')).isEqualTo(FunctionEffect.ANYTHING);
  }

  @Test
  void whatNobodyHasLookedAtCountsByItsVolatility() {
    for (String unknown : List.of("made_next_year")) {
      assertThat(ListedFunctions.ofBuiltIn(unknown, 'i')).isEqualTo(FunctionEffect.REPEATABLE);
      assertThat(ListedFunctions.ofBuiltIn(unknown, 's')).isEqualTo(FunctionEffect.SERVER);
      assertThat(ListedFunctions.ofExtension(unknown, 's')).isEqualTo(FunctionEffect.VARYING);
      assertThat(ListedFunctions.ofBuiltIn(unknown, 'v')).isEqualTo(FunctionEffect.ANYTHING);
    }
  }
}
