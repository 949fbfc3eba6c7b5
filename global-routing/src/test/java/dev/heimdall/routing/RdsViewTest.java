package dev.heimdall.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RdsViewTest {
  private static final RdsServer WHOLE =
      new RdsServer(
          "one",
          Optional.of("one.abc.eu-west-1.rds.amazonaws.com"),
          5432,
          RdsRole.WRITER,
          Optional.of("eu-west-1a"),
          OptionalInt.of(0),
          "available",
          "failing-over");

  private static final RdsServer BARE =
      new RdsServer(
          "two",
          Optional.empty(),
          0,
          RdsRole.UNKNOWN,
          Optional.empty(),
          OptionalInt.empty(),
          "",
          "");

  @Test
  void aViewSurvivesItsText() {
    RdsView view = new RdsView(Map.of("shop", List.of(WHOLE, BARE)));
    assertThat(RdsView.decode(view.encoded())).contains(view);
    assertThat(RdsView.decode(RdsView.nothing().encoded())).contains(RdsView.nothing());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "rds 2",
        "rds 1\nshop",
        "rds 1\nshop\tone\thost\tport\tWRITER\t\t\t\t",
        "rds 1\nshop\tone\thost\t5432\tKING\t\t\t\t",
        "rds 1\nshop\tone\tho\u0000st\t5432\tWRITER\t\t\t\t",
        "rds 1\nshop\tone\thost\t99999999999\tWRITER\t\t\t\t"
      })
  void aTextThatIsNoneOfThisVersionIsNotRead(String text) {
    assertThat(RdsView.decode(text)).isEmpty();
  }

  @Test
  void aNameThatRdsCannotHaveGivenIsNotPassedOn() {
    RdsServer odd =
        new RdsServer(
            "a\tb",
            Optional.empty(),
            0,
            RdsRole.READER,
            Optional.empty(),
            OptionalInt.empty(),
            "",
            "");
    assertThat(RdsView.decode(new RdsView(Map.of("shop", List.of(odd, BARE))).encoded()))
        .contains(new RdsView(Map.of("shop", List.of(BARE))));
  }

  @Test
  void remarksAreAboutWhatIsNotAsItShouldBe() {
    assertThat(BARE.remarks()).isEmpty();
    assertThat(WHOLE.remarks()).isEqualTo("promotion tier 0, its cluster failing-over");
  }
}
