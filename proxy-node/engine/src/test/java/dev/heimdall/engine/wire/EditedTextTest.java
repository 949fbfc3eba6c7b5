package dev.heimdall.engine.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EditedTextTest {
  /** {@code RESET a;X;EXECUTE hd_1(x)} was {@code RESET a;EXECUTE p(x)}. */
  @ParameterizedTest
  @CsvSource({
    "1,1", "7,7", "8,8", "9,8", "10,8", "11,9", "18,16", "19,17", "22,17", "23,18", "24,19"
  })
  void placesAreThoseOfTheClientsText(int sent, int was) {
    EditedText text = new EditedText();
    text.change(7, 2, 0);
    text.change(18, 4, 1);

    assertThat(text.inClientsText(sent)).isEqualTo(was);
  }

  @Test
  void ownStatementsAreCountedAsTheyAreAnswered() {
    EditedText text = new EditedText();
    text.own(1);

    assertThat(text.answersOwn()).isFalse();
    assertThat(text.nextIsOwn()).isTrue();
    assertThat(text.answersOwn()).isTrue();
    assertThat(text.answersOwn()).isFalse();
  }
}
