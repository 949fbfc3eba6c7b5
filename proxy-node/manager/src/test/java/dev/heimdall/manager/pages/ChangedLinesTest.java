package dev.heimdall.manager.pages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.history.Room;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChangedLinesTest {
  private static List<String> compared(String before, String after) {
    return ChangedLines.of(before, after, new Room()).stream()
        .map(line -> line.sign() + line.before() + "/" + line.after() + " " + line.text())
        .toList();
  }

  private static String numbers(int from, int to) {
    return IntStream.rangeClosed(from, to)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining("\n"));
  }

  @Test
  void whatIsTheSameIsEmpty() {
    assertThat(compared("a\nb", "a\nb")).isEmpty();
  }

  @Test
  void ofLongTextsTheFirstLinesThatDifferAreShownAndTheRestIsCounted() {
    String same = numbers(1, 300_000);

    assertThat(compared(same + "\nx\n" + same, same + "\ny\n" + same))
        .hasSize(10)
        .contains("−300001/ x", "+/300001 y")
        .endsWith("⋯/⋯ 299997 more lines");
    assertThat(compared(numbers(1, 400_000), "")).hasSize(5001).endsWith("⋯/⋯ 395000 more lines");
  }

  @Test
  void whatDiffersHasThreeLinesAround() {
    assertThat(compared(numbers(1, 20), numbers(1, 9) + "\nten\n" + numbers(11, 20)))
        .containsExactly(
            "⋯/⋯ ",
            " 7/7 7",
            " 8/8 8",
            " 9/9 9",
            "−10/ 10",
            "+/10 ten",
            " 11/11 11",
            " 12/12 12",
            " 13/13 13",
            "⋯/⋯ ");
  }

  @Test
  void linesAfterAnInsertionHaveBothNumbers() {
    assertThat(compared("a\nb", "new\na\nb")).containsExactly("+/1 new", " 1/2 a", " 2/3 b");
    assertThat(compared("a\nb\nc", "a\nc")).containsExactly(" 1/1 a", "−2/ b", " 3/2 c");
  }

  @Test
  void whatIsBetweenTwoChangesIsShownOnce() {
    assertThat(compared("a\n" + numbers(1, 5) + "\nb", numbers(1, 5)))
        .containsExactly("−1/ a", " 2/1 1", " 3/2 2", " 4/3 3", " 5/4 4", " 6/5 5", "−7/ b");
  }
}
