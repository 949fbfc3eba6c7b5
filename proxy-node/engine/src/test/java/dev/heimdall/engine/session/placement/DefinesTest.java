package dev.heimdall.engine.session.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.share.Redefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DefinesTest {
  @ParameterizedTest
  @EnumSource(
      value = Defines.class,
      names = {"PERHAPS", "LIKELY", "CERTAINLY"})
  void besideWhatMayHaveDefinedCodeTablesAreNotAll(Defines other) {
    assertThat(Defines.TABLES.and(other)).isEqualTo(Defines.CERTAINLY);
    assertThat(other.and(Defines.TABLES)).isEqualTo(Defines.CERTAINLY);
  }

  @Test
  void tablesAloneAreToldAsSuch() {
    assertThat(Defines.NOTHING.and(Defines.TABLES).of("db"))
        .isEqualTo(new Redefinition("db", Redefinition.How.TABLES));
    assertThat(Defines.TABLES.and(Defines.TABLES)).isEqualTo(Defines.TABLES);
    assertThat(Defines.TABLES.likely()).isTrue();
  }
}
