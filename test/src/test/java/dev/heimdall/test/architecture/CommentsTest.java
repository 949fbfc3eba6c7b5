package dev.heimdall.test.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Javadoc comments of the product begin with their subject. */
class CommentsTest {
  /** Comments of a hundred that may begin without one. */
  private static final int MOST_OF_HUNDRED = 2;

  private static final Pattern FIRST_WORDS = Pattern.compile("/\\*\\*[\\s*]*(\\w+(?: same\\b)?)");

  private static final Pattern WITHOUT_SUBJECT =
      Pattern.compile(
          "What|Whether|How|Who|Whose|Whom|Whoever|Which|Where|When|Why|The same"
              + "|Something|Somebody|Someone|Nobody");

  @Test
  void fewBeginWithoutTheirSubject() throws IOException {
    int all = 0;
    List<String> without = new ArrayList<>();
    for (Path file : sources()) {
      Matcher comment = FIRST_WORDS.matcher(Files.readString(file));
      while (comment.find()) {
        all++;
        if (WITHOUT_SUBJECT.matcher(comment.group(1)).matches()) {
          without.add(file.getFileName() + ": " + comment.group(1) + " …");
        }
      }
    }
    assertThat(all).isGreaterThan(10_000);
    assertThat(without)
        .as("comments without a subject among %s", all)
        .hasSizeLessThanOrEqualTo(all * MOST_OF_HUNDRED / 100);
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(".."))) {
      return files
          .filter(path -> path.toString().contains("/src/main/java/"))
          .filter(path -> path.toString().endsWith(".java"))
          .toList();
    }
  }
}
