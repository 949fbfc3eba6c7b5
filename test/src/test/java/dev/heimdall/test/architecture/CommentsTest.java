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

/** Comments of the product begin with their subject, and name it. */
class CommentsTest {
  /** Comments of a hundred that may begin without one. */
  private static final int MOST_OF_HUNDRED = 2;

  private static final Pattern FIRST_WORDS = Pattern.compile("/\\*\\*[\\s*]*(\\w+(?: same\\b)?)");

  private static final Pattern WITHOUT_SUBJECT =
      Pattern.compile(
          "What|Whether|How|Who|Whose|Whom|Whoever|Which|Where|When|Why|The same"
              + "|Something|Somebody|Someone|Nobody");

  /** Of words for no actor; the two are names in code. It may only fall. */
  private static final int MOST_WITHOUT_ACTOR = 2;

  /** Strings come first: those with slashes are no comments. */
  private static final Pattern TEXT =
      Pattern.compile(
          "\"[^\"\\\\\n]*+(?:\\\\.[^\"\\\\\n]*+)*+\"|(?<comment>/\\*(?s:.*?)\\*/|//[^\n]*)");

  private static final Pattern WITHOUT_ACTOR =
      Pattern.compile("\\b(?:nobody|somebody|whoever)\\b", Pattern.CASE_INSENSITIVE);

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

  @Test
  void fewNameNoActor() throws IOException {
    List<String> without = new ArrayList<>();
    for (Path file : sources()) {
      Matcher text = TEXT.matcher(Files.readString(file));
      while (text.find()) {
        String comment = text.group("comment");
        if (comment != null && WITHOUT_ACTOR.matcher(comment).find()) {
          without.add(file.getFileName() + ": " + comment);
        }
      }
    }
    assertThat(without)
        .as("comments with words for no actor")
        .hasSizeLessThanOrEqualTo(MOST_WITHOUT_ACTOR);
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
