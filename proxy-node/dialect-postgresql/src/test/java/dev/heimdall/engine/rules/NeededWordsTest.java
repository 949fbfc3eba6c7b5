package dev.heimdall.engine.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.model.RuleExpression;
import dev.heimdall.model.Specifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NeededWordsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      quoteCharacter = '`',
      value = {
        "(?i)^select select",
        "from\\s+orders orders",
        "(insert|delete)\\b insert,delete",
        "[Ss]elect select",
        "a.*bcd bcd",
        "(abc)+ abc",
        "(?:abc){2,} abc",
        "\\Qa.b\\E a.b",
        "x(?i)Y xy",
        "(?i:Ab)c abc",
      })
  void theWordsOfWhichATextNeedsOneAreFound(String regex, String words) {
    assertThat(NeededWords.of(regex)).containsExactlyInAnyOrder(words.split(","));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {"(abc)*", "(abc)?", "abc|.", "[^a]b", "\\pL\\pL", "(abc|)", "(abc){0,3}", ".", "a"})
  void whereAnyTextMayMatchNoWordIsNeeded(String regex) {
    assertThat(NeededWords.of(regex)).isNull();
  }

  /** Whatever the expression and the text: the shortcuts say what the automaton says. */
  @Test
  void shortcutsNeverChangeWhatMatches() {
    Random random = new Random(7);
    int matched = 0;
    int tried = 0;
    for (int i = 0; i < 20_000; i++) {
      String regex = regex(random, 3);
      Pattern pattern;
      try {
        pattern = Pattern.compile(regex);
      } catch (PatternSyntaxException e) {
        continue;
      }
      TextExpressions.Builder builder = new TextExpressions.Builder(new RulePatterns());
      TextExpression expression =
          builder.add(new RuleExpression(Specifier.REGEX, List.of(regex), regex));
      TextExpressions expressions = builder.build(PostgresSql.DIALECT);
      for (int j = 0; j < 10; j++) {
        String text = text(random);
        boolean expected = pattern.matcher(text).find();
        tried++;
        matched += expected ? 1 : 0;
        assertThat(expressions.match(RuleTrial.text(text), false).matches(expression.id()))
            .as("%s on %s", regex, text)
            .isEqualTo(expected);
      }
    }
    assertThat(matched).isBetween(tried / 20, tried * 19 / 20);
  }

  private static final List<String> ATOMS =
      List.of(
          "a",
          "b",
          "ab",
          "K",
          "k",
          "s",
          "S",
          "sk",
          "select",
          "SeLect",
          ".",
          "[ab]",
          "[^a]",
          "[a-k]",
          "\\w",
          "\\d",
          "\\b",
          "^",
          "$",
          "ä",
          "\\.",
          "(?i)",
          "(?-i)",
          "\\Qa.b\\E",
          "[Kk]",
          "_",
          " ",
          "[[:alpha:]]",
          "\\pL",
          "(?s)",
          "\\x41",
          "[]a]",
          "[\\]k]");

  private static String regex(Random random, int depth) {
    StringBuilder regex = new StringBuilder();
    int parts = 1 + random.nextInt(4);
    for (int i = 0; i < parts; i++) {
      int kind = random.nextInt(10);
      if (kind < 6 || depth == 0) {
        regex.append(ATOMS.get(random.nextInt(ATOMS.size())));
      } else if (kind == 6) {
        regex.append('(').append(regex(random, depth - 1)).append(')');
      } else if (kind == 7) {
        regex.append("(?i:").append(regex(random, depth - 1)).append(')');
      } else if (kind == 8) {
        regex.append("(?:").append(regex(random, depth - 1)).append('|');
        regex.append(regex(random, depth - 1)).append(')');
      } else {
        regex.append('|');
      }
      if (random.nextInt(4) == 0) {
        regex.append(List.of("*", "+", "?", "{2}", "{0,1}", "*?", "{,2}").get(random.nextInt(7)));
      }
    }
    return regex.toString();
  }

  private static String text(Random random) {
    List<String> pieces =
        List.of(
            "a", "b", "k", "K", "s", "S", "select", "SELECT", "ab", "a.b", "\u212a", "\u017f", "ä",
            "Ä", " ", "_", "1", "\n", "x", "{,2}", "]", "A");
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i >= 0; i--) {
      text.append(pieces.get(random.nextInt(pieces.size())));
    }
    return text.toString();
  }

  @Test
  void wordsAreFoundAsTheyWouldBeOneByOne() {
    Random random = new Random(11);
    for (int i = 0; i < 2_000; i++) {
      Set<String> words = new java.util.LinkedHashSet<>();
      for (int j = 0; j < 1 + random.nextInt(80); j++) {
        words.add(text(random).toLowerCase(java.util.Locale.ROOT));
      }
      List<String> list = new ArrayList<>(words);
      WordSearch search =
          new WordSearch(list.stream().map(w -> w.getBytes(StandardCharsets.UTF_8)).toList());
      String text = text(random) + text(random) + text(random);
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      long[] found = new long[search.size()];
      search.search(bytes, 0, bytes.length, found);
      String folded = fold(text);
      for (int w = 0; w < list.size(); w++) {
        assertThat((found[w >> 6] & 1L << w) != 0)
            .as("%s in %s", list.get(w), text)
            .isEqualTo(folded.contains(cut(list.get(w))));
      }
    }
  }

  /** Longer words are found by their beginning. */
  private static String cut(String word) {
    byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
    return bytes.length <= WordSearch.LONGEST
        ? word
        : new String(bytes, 0, WordSearch.LONGEST, StandardCharsets.UTF_8).replace("\ufffd", "");
  }

  private static String fold(String text) {
    StringBuilder folded = new StringBuilder(text);
    for (int i = 0; i < folded.length(); i++) {
      folded.setCharAt(i, NeededWords.lower(folded.charAt(i)));
    }
    return folded.toString();
  }

  @Test
  void aTextThatIsNotUtf8IsLookedAtAllTheSame() {
    TextExpressions.Builder builder = new TextExpressions.Builder(new RulePatterns());
    builder.add(new RuleExpression(Specifier.REGEX, List.of("sec.?ret$"), "sec.?ret$"));
    TextExpressions expressions = builder.build(PostgresSql.DIALECT);
    Random random = new Random(13);
    byte[] tail = "secret".getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = new byte[random.nextInt(40) + tail.length];
      random.nextBytes(bytes);
      System.arraycopy(tail, 0, bytes, bytes.length - tail.length, tail.length);
      boolean hidden = bytes.length > tail.length && bytes[bytes.length - tail.length - 1] < 0;
      StatementText text = new StatementText().set(bytes, 0, bytes.length, i, i);
      assertThat(hidden || expressions.match(text, false).matches(0)).isTrue();
    }
  }
}
