package dev.heimdall.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SaslPrepTest {

  @ParameterizedTest(name = "{2}")
  @CsvSource({
    "user, user, ASCII stays",
    "USER, USER, case stays",
    "I\u00adX, IX, the soft hyphen is mapped to nothing",
    "a\u00a0b, a b, a no-break space becomes a space",
    "a\u200bb, a b, PostgreSQL counts the zero width space as a space",
    "\u00aa, a, compatibility forms are replaced",
    "\u2168, IX, one character may become two",
    "e\u0301, \u00e9, combining marks are composed",
    "\u0627\u0628, \u0627\u0628, right-to-left text stays",
    "\u0627\ufb01\u0628, \u0627\ufb01\u0628, mixed directions leave the password as typed",
    "\ufedf, \u0644, presentation forms of Arabic are replaced",
    "\ufedf1, \ufedf1, right-to-left text must end as it began",
    "\ufb01\u0221, \ufb01\u0221, a code point unassigned in Unicode 3.2 leaves it as typed",
    "\ufb01\ue000, \ufb01\ue000, private use leaves it as typed",
    "'\ufb01\u0007', '\ufb01\u0007', a control character leaves it as typed",
    "'\u0007', '\u0007', ASCII is never looked at",
    "\u00ad, \u00ad, what would become empty stays as typed"
  })
  void passwordIsPreparedAsPostgresDoesIt(String typed, String prepared, String why) {
    assertThat(SaslPrep.prepare(typed))
        .as(why)
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(prepared);
  }

  @Test
  void charactersBeyondTheBasicPlaneAreOneCodePoint() {
    String mathematicalA = new String(Character.toChars(0x1D400));
    String emoji = new String(Character.toChars(0x1F600));

    assertThat(SaslPrep.prepare(mathematicalA)).asString(StandardCharsets.UTF_8).isEqualTo("A");
    assertThat(SaslPrep.prepare(mathematicalA + emoji))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(mathematicalA + emoji);
  }

  @Test
  void tablesHoldTheEndsOfTheirRangesAndNothingBeside() {
    StringPrepTables.CodePoints set = StringPrepTables.CodePoints.of("AD 180B-180D E0001");

    assertThat(set.contains(0xAC)).isFalse();
    assertThat(set.contains(0xAD)).isTrue();
    assertThat(set.contains(0xAE)).isFalse();
    assertThat(set.contains(0x180A)).isFalse();
    assertThat(set.contains(0x180B)).isTrue();
    assertThat(set.contains(0x180C)).isTrue();
    assertThat(set.contains(0x180D)).isTrue();
    assertThat(set.contains(0x180E)).isFalse();
    assertThat(set.contains(0xE0001)).isTrue();
    assertThat(set.contains(0x10FFFF)).isFalse();
  }

  @Test
  void everyAssignedLetterOfThisJdkThatUnicode32KnewKeepsItsDirection() {
    // Guards the tables against a slip: Unicode promises that directions rarely change.
    long disagreements = 0;
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (StringPrepTables.UNASSIGNED.contains(c) || !Character.isLetter(c)) {
        continue;
      }
      byte direction = Character.getDirectionality(c);
      boolean rightToLeft =
          direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT
              || direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
      boolean leftToRight = direction == Character.DIRECTIONALITY_LEFT_TO_RIGHT;
      if (rightToLeft != StringPrepTables.RIGHT_TO_LEFT.contains(c)
          || leftToRight != StringPrepTables.LEFT_TO_RIGHT.contains(c)) {
        disagreements++;
      }
    }
    assertThat(disagreements).isLessThan(20);
  }
}
